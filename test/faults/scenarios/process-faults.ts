import { killAfterPublishing, type Publications } from '../kill-after-publishing.js';
import { JobLoad } from '../load/job-load.js';
import { runBatch } from '../run-batch.js';
import type { Scenario, ScenarioRun } from '../scenario.js';
import {
  killAllServices,
  killNats,
  killPostgres,
  killService,
  loseNatsStore,
  SERVICES,
  times,
  type ServiceName,
} from '../strikes.js';
import { withCalls } from './with-calls.js';

const LINES_PER_KILL = 400;

/** As many as the catalogue says, or fewer on a batch too short for them. */
export function killsFor({ lines }: ScenarioRun, most: number): number {
  return Math.min(most, Math.max(3, Math.ceil(lines / LINES_PER_KILL)));
}

function killsOf(name: ServiceName, most: number): (run: ScenarioRun) => Promise<void> {
  return async (run) => {
    const strikes = times(killsFor(run, most), () => killService(run, name));
    await runBatch(run, { strikes, isExtraBounded: true });
  };
}

/** Processes that are killed while a batch runs. */
export const PROCESS_FAULTS: readonly Scenario[] = [
  {
    name: 'fire',
    says: 'every service killed twice and all at once, jobs also between publishing and noting it, nats-server and Postgres killed twice, the JetStream store lost: no line is lost or done twice',
    run: async (run) => {
      const { random, client, figures } = run;
      const publications: Publications = { jobs: new JobLoad(client), killsBetween: 0 };
      const strikes = random.shuffled([
        ...SERVICES.flatMap((name) => times(name === 'jobs' ? 1 : 2, () => killService(run, name))),
        killAfterPublishing(run, publications),
        ...times(2, () => killNats(run)),
        ...times(2, () => killPostgres(run)),
        killAllServices(run),
        loseNatsStore(run),
      ]);
      await runBatch(run, { strikes });
      figures['kills between publishing and noting it'] = publications.killsBetween;
      await publications.jobs.expectEnded(run);
    },
  },
  {
    name: 'F-01',
    says: 'ingress killed again and again while a batch is uploaded and callers call: what was acknowledged is recorded, nothing twice',
    run: async (run) => {
      // One ingress and nobody in front of it: while it starts again, nobody answers.
      const strikes = times(killsFor(run, 20), () => killService(run, 'ingress'));
      await withCalls(run, { perSecond: 20, leastShareOk: 0.05 }, () => runBatch(run, { strikes }));
    },
  },
  { name: 'F-02', says: 'router killed up to 20 times in a batch', run: killsOf('router', 20) },
  {
    name: 'F-03',
    says: 'worker killed up to 20 times in a batch: extra calls are at most those under way',
    run: killsOf('worker', 20),
  },
  { name: 'F-04', says: 'billing killed up to 30 times in a batch: no posting twice', run: killsOf('billing', 30) },
  { name: 'F-05', says: 'audit killed up to 30 times in a batch: the chain is whole', run: killsOf('audit', 30) },
  {
    name: 'F-07',
    says: 'every service killed at the same instant, 5 times in a batch',
    run: async (run) => {
      await runBatch(run, { strikes: times(Math.min(5, killsFor(run, 5)), () => killAllServices(run)) });
    },
  },
  {
    name: 'F-08',
    says: 'nats-server killed up to 10 times in a batch, back after 0 to 2 seconds',
    run: async (run) => {
      await runBatch(run, { strikes: times(killsFor(run, 10), () => killNats(run)) });
    },
  },
  {
    name: 'F-09',
    says: 'nats-server comes back without its JetStream store in mid-batch',
    run: async (run) => {
      await runBatch(run, { strikes: [loseNatsStore(run)] });
    },
  },
  {
    name: 'F-18',
    says: 'postmaster killed 5 times in a batch: what was committed is there',
    run: async (run) => {
      const strikes = times(killsFor(run, 5), () => killPostgres(run));
      await withCalls(run, { perSecond: 20, leastShareOk: 0.5 }, () => runBatch(run, { strikes }));
    },
  },
];
