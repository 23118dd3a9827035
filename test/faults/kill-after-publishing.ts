import { PublicationGate } from './ground/publication-gate.js';
import type { JobLoad } from './load/job-load.js';
import type { Strike } from './nemesis.js';
import type { ScenarioRun } from './scenario.js';

/** Longer than a dead process keeps its right to release work. */
const PUBLISHED_WITHIN_MILLISECONDS = 30_000;

/** What strikes between publishing and noting it have in common. */
export interface Publications {
  /** So that there is something to publish at each, also when the lines of the batch are all on their way. */
  readonly jobs: JobLoad;
  killsBetween: number;
}

/** kill -9 of jobs after something is stored in the stream, and before it is noted that it is. No call is made again for it. */
export function killAfterPublishing({ ground }: ScenarioRun, publications: Publications): Strike {
  return {
    name: 'kill -9 jobs between publishing and noting it',
    act: () =>
      ground.withClient(async (client) => {
        const gate = await PublicationGate.build(client);
        await gate.shut();
        try {
          await publications.jobs.submit();
          if (await gate.untilSomebodyWaits(PUBLISHED_WITHIN_MILLISECONDS)) publications.killsBetween += 1;
          await ground.stack.kill('jobs');
          await gate.turnAway();
        } finally {
          await gate.open();
        }
      }),
  };
}
