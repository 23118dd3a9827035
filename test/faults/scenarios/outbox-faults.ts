import { killAfterPublishing, type Publications } from '../kill-after-publishing.js';
import { JobLoad } from '../load/job-load.js';
import { runBatch } from '../run-batch.js';
import type { Scenario, ScenarioRun } from '../scenario.js';
import { times } from '../strikes.js';
import { killsFor } from './process-faults.js';

async function killBetween(run: ScenarioRun): Promise<void> {
  const { client, figures, expect } = run;
  const kills = killsFor(run, 100);
  const publications: Publications = { jobs: new JobLoad(client), killsBetween: 0 };
  const strikes = times(kills, () => killAfterPublishing(run, publications));
  await runBatch(run, { strikes });
  const { jobs, killsBetween } = publications;
  Object.assign(figures, { 'kills between': killsBetween, 'jobs submitted': jobs.ids.length });
  expect(killsBetween >= 0.9 * kills, `${killsBetween} of ${kills} kills came between publishing and noting it`);
  await jobs.expectEnded(run);
}

/** What is published and not noted. */
export const OUTBOX_FAULTS: readonly Scenario[] = [
  {
    name: 'F-06',
    says: 'jobs killed up to 100 times after it published lines or a job and before it noted that: none lost, none done twice',
    run: killBetween,
  },
];
