import type { JobLimits } from '../job-limits.js';

/** When a job is to run (null: at once), and by when it must have ended. */
export interface JobTimes {
  readonly runAt: Date | null;
  readonly expiresAt: Date;
}

type TimeLimits = Pick<JobLimits, 'jobWindowMilliseconds' | 'jobAheadMilliseconds' | 'jobPastMilliseconds'>;

/**
 * The times of a new job, all in milliseconds since the epoch, or what the time that was asked for must be instead. A deadline of
 * the caller's own shortens the window.
 */
export function jobTimes(
  asked: { readonly runAt?: number | undefined; readonly deadline?: number | undefined },
  now: number,
  limits: TimeLimits,
): JobTimes | { readonly mustBe: string } {
  const { runAt, deadline } = asked;
  if (runAt !== undefined && runAt > now + limits.jobAheadMilliseconds)
    return { mustBe: `at most ${limits.jobAheadMilliseconds / 86_400_000} days ahead` };
  if (runAt !== undefined && runAt < now - limits.jobPastMilliseconds) return { mustBe: 'yet to come' };
  const begin = Math.max(runAt ?? now, now);
  const end = Math.min(begin + limits.jobWindowMilliseconds, deadline ?? Number.POSITIVE_INFINITY);
  if (end <= begin) return { mustBe: "before the request's own deadline" };
  return { runAt: runAt === undefined ? null : new Date(begin), expiresAt: new Date(end) };
}
