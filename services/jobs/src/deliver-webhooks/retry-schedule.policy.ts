/** What a wait is reckoned from. `tries` counts the attempts of this schedule that have failed, this one included. */
export interface RetryCircumstances {
  readonly tries: number;
  readonly scheduleMilliseconds: readonly number[];
  readonly jitter: number;
  /** From 0 to 1. */
  readonly chance: number;
  /** What the receiver asked for. */
  readonly retryAfterMilliseconds: number | undefined;
}

/** How long to wait before the next attempt; undefined where there is none any more. */
export function nextWaitOf(circumstances: RetryCircumstances): number | undefined {
  const { tries, scheduleMilliseconds, jitter, chance, retryAfterMilliseconds = 0 } = circumstances;
  const wait = scheduleMilliseconds[tries - 1];
  if (wait === undefined) return undefined;
  return Math.max(Math.round(wait * (1 - jitter * chance)), retryAfterMilliseconds);
}
