/** A refused key is looked at again after this time, in case an operator has mended it. */
export const REFUSED_REST_MILLISECONDS = 10 * 60_000;
/** For a key at its rate limit, where the provider does not say how long. */
export const RATE_LIMITED_REST_MILLISECONDS = 5_000;
/** Providers may ask for longer, but limits are mostly counted by the minute. */
export const LONGEST_RATE_LIMITED_REST_MILLISECONDS = 5 * 60_000;

/** What a provider said when it did not serve a call. */
export interface Refusal {
  readonly status: number | undefined;
  /** The header `retry-after`: seconds, or a date. */
  readonly retryAfter: string | undefined;
}

/** For how long a credential rests that got this answer; undefined where the answer does not speak against the credential. */
export function restAfter({ status, retryAfter }: Refusal, nowEpochMilliseconds: number): number | undefined {
  if (status === 401 || status === 403) return REFUSED_REST_MILLISECONDS;
  if (status !== 429) return undefined;
  const asked = waitOf(retryAfter, nowEpochMilliseconds);
  if (asked === undefined) return RATE_LIMITED_REST_MILLISECONDS;
  return Math.min(Math.max(asked, 0), LONGEST_RATE_LIMITED_REST_MILLISECONDS);
}

function waitOf(retryAfter: string | undefined, nowEpochMilliseconds: number): number | undefined {
  if (retryAfter === undefined || retryAfter.trim() === '') return undefined;
  const seconds = Number(retryAfter);
  const milliseconds = Number.isNaN(seconds) ? Date.parse(retryAfter) - nowEpochMilliseconds : seconds * 1_000;
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}
