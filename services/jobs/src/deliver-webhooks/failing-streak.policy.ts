const HOUR_MILLISECONDS = 3_600_000;

/** The longest that an endpoint may hear nothing between two failures that count together: more than any wait before the next attempt. */
export const LONGEST_SILENCE_MILLISECONDS = 48 * HOUR_MILLISECONDS;

/** What is known of an endpoint that has not answered well since. */
export interface FailingStreak {
  readonly since: Date;
  readonly failedAt: Date;
}

/**
 * The failures that one at `now` belongs to. An endpoint that heard nothing for days has not failed in them: what it answered before says
 * nothing any more, and a new streak begins.
 */
export function streakWith(now: Date, known: FailingStreak | undefined): FailingStreak {
  const goesOn = known !== undefined && now.getTime() - known.failedAt.getTime() <= LONGEST_SILENCE_MILLISECONDS;
  return { since: goesOn ? known.since : now, failedAt: now };
}

/** Whether it has failed for so long that nobody need try any more. */
export function hasFailedForGood({ since, failedAt }: FailingStreak, disableAfterMilliseconds: number): boolean {
  return failedAt.getTime() - since.getTime() >= disableAfterMilliseconds;
}
