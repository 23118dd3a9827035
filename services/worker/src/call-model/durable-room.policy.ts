/** Most calls of the durable lane at once. */
export const MOST_DURABLE_CALLS = 512;
/** Beside callers that wait, work that nobody waits for goes on with at least so many calls. */
const LEAST_BESIDE_CALLERS = 8;
/** Calls of the durable lane give way while this many callers wait, one for one. */
const CALLERS_BEFORE_GIVING_WAY = 64;
/** A process that comes to a timer so much late has more to do than it can: whoever waits, waits for that too. */
const LATE_MILLISECONDS = 3;
const FALL = 0.7;
const RISE = 4;

/** How many calls the durable lane may have while callers wait: fewer by a third when the process is late, a few more when not. */
export function besideCallers(before: number, lateMilliseconds: number): number {
  const next = lateMilliseconds > LATE_MILLISECONDS ? before * FALL : before + RISE;
  return Math.max(LEAST_BESIDE_CALLERS, Math.min(MOST_DURABLE_CALLS, Math.floor(next)));
}

/** How many calls the durable lane may have now. `beside` counts only where callers were here lately. */
export function durableRoom(now: { waitingCallers: number; hadCallersLately: boolean; beside: number }): number {
  const giveWay = Math.max(0, now.waitingCallers - CALLERS_BEFORE_GIVING_WAY);
  const most = now.hadCallersLately ? Math.min(MOST_DURABLE_CALLS, now.beside) : MOST_DURABLE_CALLS;
  return Math.max(0, Math.min(most, MOST_DURABLE_CALLS - giveWay));
}
