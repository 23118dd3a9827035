import type { AnswerHead } from '#libs/contracts';
import { formatUsd } from '#libs/pricing';

/**
 * The response headers that say how an answer came about; a stable contract, listed in docs/api.md. The cost of a stream
 * is known only at its end and comes as a trailer.
 */
export function answerHeaders(answer: AnswerHead): Record<string, string> {
  return {
    ...(answer.provider === undefined ? {} : { 'x-switchyard-provider': answer.provider }),
    ...(answer.model === undefined ? {} : { 'x-switchyard-model': printable(answer.model) }),
    ...(answer.servesModel === undefined ? {} : { 'x-switchyard-served-model': printable(answer.servesModel) }),
    'x-switchyard-attempts': String(answer.attempts),
    ...costHeader(answer),
    ...warningsHeader(answer),
    ...(answer.retryAfterSeconds === undefined ? {} : { 'retry-after': String(answer.retryAfterSeconds) }),
  };
}

/** The cost alone, in US dollars as an exact decimal. */
export function costHeader({ costNanoUsd }: AnswerHead): Record<string, string> {
  return costNanoUsd === undefined ? {} : { [COST_HEADER]: formatUsd(BigInt(costNanoUsd)) };
}

/** What of the request the target could not do and did not get, as one line; long lists are cut. */
export function warningsHeader({ warnings = [] }: Pick<AnswerHead, 'warnings'>): Record<string, string> {
  if (warnings.length === 0) return {};
  return { 'x-switchyard-warnings': printable(warnings.join(' ').slice(0, MOST_WARNINGS_CHARACTERS)) };
}

/** A header takes printable ASCII only; a model's name may hold anything, and then goes percent-encoded as UTF-8. What is cut may end in half a character. */
function printable(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : encodeURIComponent(text.toWellFormed());
}

const MOST_WARNINGS_CHARACTERS = 1_000;

export const COST_HEADER = 'x-switchyard-cost-usd';

/** Those that a stream may tell at its end: when to try again is no trailer (RFC 9110, 6.5.1). */
export const ANSWER_HEADERS = [
  'x-switchyard-provider',
  'x-switchyard-model',
  'x-switchyard-served-model',
  'x-switchyard-attempts',
  COST_HEADER,
  'x-switchyard-warnings',
] as const;
