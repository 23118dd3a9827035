import { eventually } from '#libs/testing';

import { readStreams } from './check/check-streams.js';
import type { FaultGround } from './ground/fault-ground.js';

const WITHIN_MILLISECONDS = 240_000;
const LOOK_EVERY_MILLISECONDS = 500;
const STILL_FOR_MILLISECONDS = 3_000;

/** Waits until nothing moves any more: no call is open, no message waits, nothing is unended, and no book grows. Gives the seconds it took. */
export async function untilDrained(ground: FaultGround): Promise<number> {
  const startedAt = Date.now();
  let known = { rows: -1, since: startedAt };
  await eventually(
    async () => {
      const { inFlight } = await ground.sim.counters();
      if (inFlight > 0) throw new Error(`${inFlight} calls are open`);
      const { consumers } = await readStreams(ground.nats.view);
      const busy = consumers.filter(({ pending, unacknowledged }) => pending + unacknowledged > 0);
      if (busy.length > 0) throw new Error(`messages wait: ${JSON.stringify(busy)}`);
      const [now] = await ground.query<{ unended: number; rows: number }>(
        `SELECT ((SELECT count(*) FROM jobs.batches WHERE status NOT IN ('completed', 'failed', 'expired', 'cancelled'))
           + (SELECT count(*) FROM jobs.jobs WHERE outcome IS NULL))::int AS unended,
           ((SELECT count(*) FROM billing.charges) + (SELECT count(*) FROM audit.entries))::int AS rows`,
      );
      if (now?.unended !== 0) throw new Error(`${now?.unended} batches and jobs have not ended`);
      // What a process still holds in memory, such as an event that could not be stored, shows by what comes yet.
      if (now.rows !== known.rows) known = { rows: now.rows, since: Date.now() };
      if (Date.now() - known.since < STILL_FOR_MILLISECONDS) throw new Error('the books still grow');
    },
    { withinMilliseconds: WITHIN_MILLISECONDS, everyMilliseconds: LOOK_EVERY_MILLISECONDS },
  );
  return (Math.max(known.since, startedAt) - startedAt) / 1_000;
}
