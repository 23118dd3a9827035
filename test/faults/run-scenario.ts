import { join } from 'node:path';

import { OUR_KEY } from '../journeys/journey-configuration.js';
import { compareBills } from './check/check-bill.js';
import { checkBooksOf } from './check/check.js';
import { checkStreams, readStreams } from './check/check-streams.js';
import { verifyLedger } from './check/verify-ledger.js';
import type { Violation } from './check/violation.js';
import { FaultGround } from './ground/fault-ground.js';
import { ApiClient } from './load/api-client.js';
import { Journal } from './load/journal.js';
import type { Figures, Scenario, ScenarioRun } from './scenario.js';
import { SeededRandom } from './seeded-random.js';
import { untilDrained } from './until-drained.js';

/** What came of a scenario: its figures, and what did not hold. */
export interface ScenarioResult {
  readonly scenario: string;
  readonly seed: number;
  readonly figures: Figures;
  readonly failures: readonly string[];
  readonly violations: readonly Violation[];
}

/** How a scenario is run. */
export interface RunOptions {
  readonly seed: number;
  readonly lines: number;
  readonly say: (text: string) => void;
}

/** Runs one scenario on a ground of its own, which must stop well afterwards. */
export async function runScenario(scenario: Scenario, options: RunOptions): Promise<ScenarioResult> {
  options.say('starting nats-server, Postgres, the provider and seven services');
  const ground = await FaultGround.start(scenario.ground);
  const result = await runOnGround(ground, scenario, options);
  const stopFailures: string[] = [];
  await ground.stop().catch((error: unknown) => stopFailures.push(String(error)));
  return { ...result, failures: [...result.failures, ...stopFailures] };
}

/** Runs one scenario: the scenario itself, then the drain, then every check. */
export async function runOnGround(
  ground: FaultGround,
  scenario: Scenario,
  { seed, lines, say }: RunOptions,
): Promise<ScenarioResult> {
  const figures: Figures = {};
  const failures: string[] = [];
  const violations: Violation[] = [];
  const journal = new Journal(join(ground.folder, 'client-journal.jsonl'));
  const run: ScenarioRun = {
    ground,
    random: new SeededRandom(seed),
    lines,
    client: new ApiClient(ground.stack.url, OUR_KEY, journal),
    journal,
    figures,
    say,
    expect: (holds, otherwise) => void (holds || failures.push(otherwise)),
    expectedDeadLetters: 0,
    mostExtraCalls: undefined,
  };
  try {
    await scenario.run(run);
    await drainAndCheck(run, violations);
  } catch (error) {
    failures.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
    await ground.stack.printLogs();
  }
  return { scenario: scenario.name, seed, figures, failures, violations };
}

async function drainAndCheck(run: ScenarioRun, violations: Violation[]): Promise<void> {
  const { ground, figures, say, expect, journal } = run;
  say('waiting until everything has come to rest');
  figures['drain seconds'] = (await untilDrained(ground)).toFixed(1);
  say('checking the invariants');
  const streams = await readStreams(ground.nats.view);
  violations.push(...(await ground.withClient(checkBooksOf)));
  violations.push(...checkStreams(streams, run.expectedDeadLetters));
  const bill = await compareBills(await ground.sim.calls(), (sql, values) => ground.query(sql, values));
  violations.push(...bill.violations);
  const ledger = await verifyLedger(ground);
  violations.push(...ledger.violations);
  figures['charges derived again'] = ledger.charges;
  const sums = journal.sums();
  figures['attempts'] = sums.attempts;
  figures['acknowledged'] = sums.acknowledged;
  figures['refused'] = sums.refused;
  figures['broken'] = sums.broken;
  figures['provider calls'] = bill.calls;
  figures['extra provider calls'] = bill.extraCalls;
  const most = run.mostExtraCalls ?? Number.POSITIVE_INFINITY;
  expect(
    bill.extraCalls <= most,
    `${bill.extraCalls} calls were made again, but ${most} were under way at the strikes`,
  );
  figures['duplicated effects'] = violations.filter(({ invariant }) => ['C5', 'J3', 'D5'].includes(invariant)).length;
  figures['redeliveries'] = streams.consumers.reduce((sum, { redelivered }) => sum + redelivered, 0);
  figures['unknown attempts'] = await unknownAttempts(run);
  await expectAcknowledged(run);
  expect(sums.silent === 0, `${sums.silent} attempts of the client heard nothing`);
}

/** Attempts of which nobody can say what the provider made of them. */
async function unknownAttempts({ ground }: ScenarioRun): Promise<number> {
  const sign = `"outcome":"unknown"`;
  const [row] = await ground.query<{ unknown: number }>(
    `SELECT coalesce(sum((length(body) - length(replace(body, $1, ''))) / length($1)), 0)::int AS unknown FROM audit.entries`,
    [sign],
  );
  return row?.unknown ?? 0;
}

/** Everything that was answered with a 2xx is in Postgres, a moment later at most: the client's own journal against our books. */
async function expectAcknowledged({ ground, journal, figures, expect }: ScenarioRun): Promise<void> {
  const ids = [...new Set(journal.acknowledgedIds())];
  const missing = async (): Promise<{ id: string }[]> =>
    ground.query<{ id: string }>(
      `SELECT id FROM unnest($1::text[]) AS given(id) WHERE NOT EXISTS (
         SELECT FROM jobs.batches b WHERE b.id = given.id UNION ALL SELECT FROM jobs.files f WHERE f.id = given.id
         UNION ALL SELECT FROM billing.charges c WHERE c.request_id = given.id)`,
      [ids],
    );
  figures['acknowledged and not recorded'] = (await missing()).length;
  expect(
    figures['acknowledged and not recorded'] === 0,
    `acknowledged, but in no book: ${JSON.stringify((await missing()).slice(0, 3))}`,
  );
}
