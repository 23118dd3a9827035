import { QueryRefused } from '#libs/messaging';
import type { JobLimits } from '../job-limits.js';

/** When a job is to run (null: at once), and by when it must have ended. */
export interface JobTimes {
  readonly runAt: Date | null;
  readonly expiresAt: Date;
}

type TimeLimits = Pick<JobLimits, 'jobWindowMilliseconds' | 'jobAheadMilliseconds' | 'jobPastMilliseconds'>;

/**
 * The times of a new job, all in milliseconds since the epoch. A deadline of the caller's own shortens the window.
 * @throws QueryRefused 400 for a time too far ahead or too long ago.
 */
export function jobTimes(
  asked: { readonly runAt?: number | undefined; readonly deadline?: number | undefined },
  now: number,
  limits: TimeLimits,
): JobTimes {
  const { runAt, deadline } = asked;
  if (runAt !== undefined && runAt > now + limits.jobAheadMilliseconds)
    throw refused(`at most ${limits.jobAheadMilliseconds / 86_400_000} days ahead`);
  if (runAt !== undefined && runAt < now - limits.jobPastMilliseconds) throw refused('a time that is yet to come');
  const begin = Math.max(runAt ?? now, now);
  const end = Math.min(begin + limits.jobWindowMilliseconds, deadline ?? Number.POSITIVE_INFINITY);
  if (end <= begin) throw refused("before the request's own deadline");
  return { runAt: runAt === undefined ? null : new Date(begin), expiresAt: new Date(end) };
}

function refused(bound: string): QueryRefused {
  return new QueryRefused({
    status: 400,
    code: 'invalid_run_at',
    message: `The time that a job is scheduled for must be ${bound}.`,
    param: 'x-switchyard-run-at',
  });
}
