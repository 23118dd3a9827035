/** Most calls of the durable lane at once. */
export const MOST_DURABLE_CALLS = 512;
/** Beside callers that wait, work that nobody waits for goes on with at least so many calls. */
const LEAST_BESIDE_CALLERS = 4;
/** Calls of the durable lane give way while this many callers wait, one for one. */
const CALLERS_BEFORE_GIVING_WAY = 64;
/** A process that comes to a timer so much late has more to do than it can: whoever waits, waits for that too. */
const LATE_MILLISECONDS = 3;
/** Requests of callers that stand in queues for so long have too much before them, here or on their way. */
const DELAYED_MILLISECONDS = 3;
const FALL = 0.7;
const RISE = 1;

/** So many calls of the durable lane may be under way when the first caller comes; what follows tells whether more may. */
export const BESIDE_CALLERS_AT_FIRST = 8;

/** What tells that there is more to do than can be done, in milliseconds: of this process, and of the way that callers take. */
export interface Congestion {
  readonly late: number;
  readonly callersDelayed: number;
}

/** How many calls the durable lane may have while callers wait: fewer by a third where they are held up, one more where not. */
export function besideCallers(before: number, { late, callersDelayed }: Congestion): number {
  const isTooMuch = late > LATE_MILLISECONDS || callersDelayed > DELAYED_MILLISECONDS;
  const next = isTooMuch ? before * FALL : before + RISE;
  return Math.max(LEAST_BESIDE_CALLERS, Math.min(MOST_DURABLE_CALLS, Math.floor(next)));
}

/** How many calls the durable lane may have now. `beside` counts only where callers were here lately. */
export function durableRoom(now: { waitingCallers: number; hadCallersLately: boolean; beside: number }): number {
  const giveWay = Math.max(0, now.waitingCallers - CALLERS_BEFORE_GIVING_WAY);
  const most = now.hadCallersLately ? Math.min(MOST_DURABLE_CALLS, now.beside) : MOST_DURABLE_CALLS;
  return Math.max(0, Math.min(most, MOST_DURABLE_CALLS - giveWay));
}
