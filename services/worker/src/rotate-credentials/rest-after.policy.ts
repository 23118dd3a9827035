import type { ErrorClass } from '#libs/contracts';
import type { ProviderAllowance } from '../watch-targets/provider-allowance.policy.js';
import { retryAfterMilliseconds } from '../handle-failure/retry-after.policy.js';

/** A refused key is looked at again after this time, in case an operator has mended it. */
export const REFUSED_REST_MILLISECONDS = 10 * 60_000;
/** For a key at its rate limit, where the provider does not say how long. */
export const RATE_LIMITED_REST_MILLISECONDS = 5_000;
/** Providers may ask for longer, but limits are mostly counted by the minute; and spent money may be paid in again. */
export const LONGEST_RATE_LIMITED_REST_MILLISECONDS = 5 * 60_000;

/** What a provider meant when it did not serve a call, by its own shape of errors: its statuses alone do not tell. */
export interface Refusal {
  readonly errorClass: ErrorClass;
  /** The header `retry-after`: seconds, or a date. */
  readonly retryAfter: string | undefined;
}

/** How a credential rests. */
export interface RestOrder {
  readonly milliseconds: number;
  /** Whether it rests for the refused model only: the key itself is good, and may serve others. */
  readonly forModelOnly: boolean;
}

interface UsualRest extends RestOrder {
  /** Whether the provider may tell how long. */
  readonly mayBeTold: boolean;
}

/** What speaks against a credential: all else no other would cure. */
const USUAL_RESTS: Readonly<Partial<Record<ErrorClass, UsualRest>>> = {
  authentication: { milliseconds: REFUSED_REST_MILLISECONDS, forModelOnly: false, mayBeTold: false },
  permission: { milliseconds: REFUSED_REST_MILLISECONDS, forModelOnly: true, mayBeTold: false },
  quota: { milliseconds: LONGEST_RATE_LIMITED_REST_MILLISECONDS, forModelOnly: true, mayBeTold: true },
  rate_limit: { milliseconds: RATE_LIMITED_REST_MILLISECONDS, forModelOnly: false, mayBeTold: true },
};

/** How a credential rests that got this answer; undefined where the answer does not speak against the credential. */
export function restAfter({ errorClass, retryAfter }: Refusal, nowEpochMilliseconds: number): RestOrder | undefined {
  const usual = USUAL_RESTS[errorClass];
  if (!usual) return undefined;
  const { forModelOnly, mayBeTold } = usual;
  const told = mayBeTold ? retryAfterMilliseconds(retryAfter, nowEpochMilliseconds) : undefined;
  return { milliseconds: told === undefined ? usual.milliseconds : bounded(told), forModelOnly };
}

/** How long a credential rests that the provider says has nothing left; undefined where it has, or where nobody knows how long. */
export function restBeforeRefusal(allowance: ProviderAllowance | undefined): number | undefined {
  const spent = [allowance?.requests, allowance?.tokens].filter((one) => one !== undefined && one.remaining < 1);
  const rests = spent.flatMap((one) => one?.resetMilliseconds ?? []);
  return rests.length === 0 ? undefined : bounded(Math.max(...rests));
}

function bounded(milliseconds: number): number {
  return Math.min(Math.max(milliseconds, 0), LONGEST_RATE_LIMITED_REST_MILLISECONDS);
}
