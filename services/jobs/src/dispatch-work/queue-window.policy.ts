/** How the queue of one model moves, as the one who releases has seen it. */
export interface QueueMotion {
  /** Requests that ended per second, lately. */
  readonly endedPerSecond: number;
  /** Calls of the model's targets under way in the whole fleet. */
  readonly callsUnderWay: number;
  /** Whether no target of the model can be called now: all were found unwell, or asked to be left alone. */
  readonly isHeld: boolean;
}

/** So much work lies ready behind the calls under way: enough for two seconds, so that no worker waits for us. */
const READY_SECONDS = 2;
/** With so much it begins, and never falls below, so that a queue that stood still finds its speed again. */
const LEAST_READY = 128;
/** What goes to a model none of whose targets can be called now: enough to see that one is well again. */
export const WHILE_HELD = 8;

/**
 * How many requests of one model may be under way: what is being called, and what will be called in the next seconds. All else
 * waits in Postgres, where it can still be overtaken, paused and cancelled. Where a provider slows down, fewer end, and
 * fewer are released; where it asks to be left alone, next to nothing is.
 */
export function queueWindow({ endedPerSecond, callsUnderWay, isHeld }: QueueMotion, most: number): number {
  if (isHeld) return Math.min(WHILE_HELD, most);
  return Math.min(most, Math.ceil(callsUnderWay + Math.max(LEAST_READY, READY_SECONDS * endedPerSecond)));
}
