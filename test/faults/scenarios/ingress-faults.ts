import { ExtraService } from '../ground/extra-service.js';
import { ApiClient } from '../load/api-client.js';
import { InsistingLoad } from '../load/insisting-load.js';
import { OUR_KEY } from '../../journeys/journey-configuration.js';
import type { Strike } from '../nemesis.js';
import { runBatch } from '../run-batch.js';
import type { Scenario, ScenarioRun } from '../scenario.js';
import { killsFor } from './process-faults.js';

const CALLS_PER_SECOND = 20;
const MOST_SHARE_UNKNOWN = 0.05;

/** Kills the two in turn, and waits until the one that was killed is back. */
function killsInTurn(run: ScenarioRun, second: ExtraService): Strike[] {
  const { stack } = run.ground;
  return Array.from({ length: killsFor(run, 20) }, (_, index) =>
    index % 2 === 0
      ? { name: 'kill -9 ingress', act: () => stack.kill('ingress').then(() => stack.untilReady()) }
      : { name: 'kill -9 the second ingress', act: () => second.kill().then(() => second.untilReady()) },
  );
}

async function killBehindBalancer(run: ScenarioRun): Promise<void> {
  const { ground, journal, figures, expect } = run;
  const second = await ExtraService.start(ground, 'ingress');
  try {
    await second.untilReady();
    const client = new ApiClient([ground.stack.url, second.url], OUR_KEY, journal);
    const both = { ...run, client };
    const calls = new InsistingLoad(client, CALLS_PER_SECOND);
    try {
      await runBatch(both, { strikes: killsInTurn(run, second) });
    } finally {
      await calls.stop();
    }
    const { sums } = calls;
    figures['calls'] = sums.calls;
    figures['calls answered in the end'] = sums.ok;
    figures['calls of which nobody knows'] = sums.unknown;
    expect(sums.unexpected.length === 0, `calls were not answered: ${sums.unexpected.slice(0, 3).join('; ')}`);
    expect(
      sums.unknown <= Math.max(2, MOST_SHARE_UNKNOWN * sums.calls),
      `of ${sums.unknown} of ${sums.calls} calls nobody knows what became`,
    );
    const keys = await ground.query<{ requests: number }>(
      `SELECT count(*)::int AS requests FROM billing.charges WHERE lane = 'interactive' AND outcome = 'completed'`,
    );
    figures['calls charged as completed'] = keys[0]?.requests ?? 0;
  } finally {
    expect((await second.stop()) === 0, 'the second ingress did not leave well');
  }
}

/** Ingress processes behind a balancer. */
export const INGRESS_FAULTS: readonly Scenario[] = [
  {
    name: 'F-01-two',
    says: 'two ingress processes killed in turn, callers repeat under one idempotency key at the other: each is answered, once',
    run: killBehindBalancer,
  },
];
