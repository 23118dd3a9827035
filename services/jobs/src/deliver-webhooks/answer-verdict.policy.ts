import { parseRetryAfter } from './retry-after.policy.js';

/** What came of an attempt: an answer, or why there was none. */
export type AttemptOutcome =
  | { readonly status: number; readonly retryAfter: string | undefined; readonly excerpt: string }
  | { readonly problem: string };

/** How an attempt is judged. */
export interface Verdict {
  readonly isDelivered: boolean;
  /** The receiver wants nothing any more. */
  readonly isGone: boolean;
  /** How long the receiver wants to be left alone; 0 where it says that it does but not how long. */
  readonly throttleMilliseconds: number | undefined;
  readonly error: string | null;
}

const GONE = 410;
/** "The sender should slow down": Standard Webhooks 1.0.0. */
const THROTTLING: ReadonlySet<number> = new Set([429, 502, 504]);
const UNAVAILABLE = 503;

/** Only 2xx is a success. A redirect is a failure: following it would send what was signed for one address to another. */
export function verdictOf(outcome: AttemptOutcome, now: Date): Verdict {
  if ('problem' in outcome)
    return { isDelivered: false, isGone: false, throttleMilliseconds: undefined, error: outcome.problem };
  const { status, retryAfter } = outcome;
  const isDelivered = status >= 200 && status < 300;
  const asked = retryAfter === undefined ? undefined : parseRetryAfter(retryAfter, now);
  const throttled = THROTTLING.has(status) || (status === UNAVAILABLE && asked !== undefined);
  return {
    isDelivered,
    isGone: status === GONE,
    throttleMilliseconds: throttled ? (asked ?? 0) : undefined,
    error: isDelivered ? null : errorOf(status),
  };
}

function errorOf(status: number): string {
  if (status === GONE) return 'the receiver is gone (410)';
  if (status >= 300 && status < 400)
    return `the receiver redirects (${status}), which is not followed; set the endpoint to the address it redirects to`;
  return `the receiver answered with status ${status}`;
}
