import { createHash } from 'node:crypto';
import type { AnswerHead, Attempt, RequestEnded } from '#libs/contracts';
import type { ProviderFailure } from '../providers/provider-failure.js';
import { sentenceOf } from './caller-error.policy.js';

const MOST_CHARACTERS = 2_000;

/** By what the words of a provider are known again, without them. */
export function providerMessageOf(message: string): NonNullable<Attempt['providerMessage']> {
  return { sha256: createHash('sha256').update(message).digest('hex'), characters: message.length };
}

/**
 * The error of a terminal event: what the caller was told, but for the words of a provider, which may quote the prompt. Where nobody waits (`isOfJob`) what the caller is to be
 * told goes along behind the event.
 */
export function recordedError(
  failure: Pick<ProviderFailure, 'message' | 'quotesProvider'>,
  { status, error }: { readonly status: number; readonly error: NonNullable<AnswerHead['error']> },
  isOfJob: boolean,
): NonNullable<RequestEnded['error']> {
  if (!failure.quotesProvider) return { ...error, message: error.message.slice(0, MOST_CHARACTERS), status };
  const message = sentenceOf(error.class);
  return {
    ...error,
    message,
    status,
    providerMessage: providerMessageOf(failure.message),
    ...(isOfJob && error.message !== message ? { told: error.message } : {}),
  };
}
