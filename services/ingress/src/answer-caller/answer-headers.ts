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
    'x-switchyard-attempts': String(answer.attempts),
    ...costHeader(answer),
    ...(answer.retryAfterSeconds === undefined ? {} : { 'retry-after': String(answer.retryAfterSeconds) }),
  };
}

/** The cost alone, in US dollars as an exact decimal. */
export function costHeader({ costNanoUsd }: AnswerHead): Record<string, string> {
  return costNanoUsd === undefined ? {} : { [COST_HEADER]: formatUsd(BigInt(costNanoUsd)) };
}

/** A header takes printable ASCII only; a model's name may hold anything, and then goes percent-encoded as UTF-8. */
function printable(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : encodeURIComponent(text);
}

export const COST_HEADER = 'x-switchyard-cost-usd';
