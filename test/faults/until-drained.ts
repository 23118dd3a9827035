import { eventually } from '#libs/testing';

import { readStreams } from './check/check-streams.js';
import type { FaultGround } from './ground/fault-ground.js';

const WITHIN_MILLISECONDS = 240_000;
const LOOK_EVERY_MILLISECONDS = 500;

/** Waits until nothing moves any more: no call is open, no message waits, and nothing is unended. Gives the seconds it took. */
export async function untilDrained(ground: FaultGround): Promise<number> {
  const startedAt = Date.now();
  await eventually(
    async () => {
      const { inFlight } = await ground.sim.counters();
      if (inFlight > 0) throw new Error(`${inFlight} calls are open`);
      const { consumers } = await readStreams(ground.nats.url);
      const busy = consumers.filter(({ pending, unacknowledged }) => pending + unacknowledged > 0);
      if (busy.length > 0) throw new Error(`messages wait: ${JSON.stringify(busy)}`);
      const [unended] = await ground.query<{ count: number }>(
        `SELECT ((SELECT count(*) FROM jobs.batches WHERE status NOT IN ('completed', 'failed', 'expired', 'cancelled'))
           + (SELECT count(*) FROM jobs.jobs WHERE outcome IS NULL))::int AS count`,
      );
      if (unended?.count !== 0) throw new Error(`${unended?.count} batches and jobs have not ended`);
    },
    { withinMilliseconds: WITHIN_MILLISECONDS, everyMilliseconds: LOOK_EVERY_MILLISECONDS },
  );
  return (Date.now() - startedAt) / 1_000;
}
