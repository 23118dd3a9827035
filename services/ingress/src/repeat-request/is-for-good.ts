import { DialectError } from '#libs/dialects';
import { MessagingError, QueryRefused } from '#libs/messaging';
import type { WholeAnswer } from './recorded-answer.js';

/** "Not now": whoever asks again is to be heard. */
const PASSING: ReadonlySet<number> = new Set([429, 503]);
const COST = 'x-switchyard-cost-usd';

/**
 * Whether an answer is the answer for good. What was refused before anything was done is not, and neither is "not now" that cost
 * nothing: the key is free again. All else is, failures included: the same key never leads to a second call that costs.
 * `refusal` is what was thrown before the request was handed on, if something was; `isLasting` says that to hand it on again does no harm.
 */
export function isForGood(
  { status, headers }: Pick<WholeAnswer, 'status' | 'headers'>,
  { refusal, isLasting = false }: { readonly refusal: unknown; readonly isLasting?: boolean | undefined },
): boolean {
  if (refusal === undefined) return !PASSING.has(status) || Number(headers[COST] ?? 0) > 0;
  if (status < 500) return false;
  if (refusal instanceof MessagingError) return refusal.code === 'timeout' && !isLasting;
  return !(refusal instanceof DialectError || (refusal instanceof QueryRefused && status === 503));
}
