import type { Attempt, RequestEnded } from '#libs/contracts';

/** What must be known of how a request ended to tell who pays for its attempts. */
export type PaidEnding = Pick<RequestEnded, 'outcome' | 'attempts'> & {
  /** Whether the caller got a part of an answer. */
  readonly hasBegun: boolean;
  /** Whether it is a copy for comparison. */
  readonly isCopy: boolean;
};

/**
 * The places, among the attempts of a request, of those that the caller pays for; what others used is paid by the platform.
 * The caller pays for the answer it got: the attempt that answered, was cut off after a part had reached the caller, or was
 * under way when the caller left, and, where a cut stream was gone on with, each attempt that gave a part of the text. Failures
 * before an answer, the slower one of two calls side by side, and copies for comparison are not the caller's.
 */
export function attemptsPaidByCaller({ outcome, attempts, hasBegun, isCopy }: PaidEnding): ReadonlySet<number> {
  const last = attempts.length - 1;
  if (isCopy || last < 0 || !isAnswered(outcome, hasBegun)) return new Set();
  const firstRescue = attempts.findIndex(({ role }) => role === 'rescue');
  const from = firstRescue > 0 ? firstRescue - 1 : last;
  const paid = new Set([last]);
  for (let index = from; index < last; index++) {
    if (gaveAPart(attempts[index])) paid.add(index);
  }
  return paid;
}

function isAnswered(outcome: RequestEnded['outcome'], hasBegun: boolean): boolean {
  return outcome === 'completed' || outcome === 'cancelled' || (outcome === 'failed' && hasBegun);
}

function gaveAPart(attempt: Attempt | undefined): boolean {
  return attempt?.firstByteMilliseconds !== undefined;
}
