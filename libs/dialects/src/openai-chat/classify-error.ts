import type { ErrorClass } from '#libs/contracts';
import { classOfStatus } from '../class-of-status.js';
import type { ClassifiedError } from '../classified-error.js';
import { isRefusalOfPrefill } from '../refusal-of-prefill.js';

const MOST_MESSAGE_CHARACTERS = 500;

interface WireError {
  error?: { message?: unknown; code?: unknown; type?: unknown } | string;
}

/**
 * Classifies an error answer of OpenAI's wire format by its status and, where the status is not enough, by the error's code
 * (`context_length_exceeded`, `content_filter`, `insufficient_quota`; Azure and others use the same words).
 */
export function classifyChatError(status: number, body: string): ClassifiedError {
  const { code, message } = readError(body);
  const errorClass = isRefusalOfPrefill(status, message) ? 'unsupported' : classOf(status, code);
  return { errorClass, message: message.slice(0, MOST_MESSAGE_CHARACTERS) };
}

/**
 * Classifies an error within a stream, which has no status: by its code, which some servers make a status of HTTP, and by the
 * words that OpenAI and others use for their codes and types.
 */
export function classifyChatStreamError(data: string): ClassifiedError {
  const { code } = readError(data);
  const told = /\b[45]\d\d\b/.exec(code)?.[0];
  return classifyChatError(Number(told ?? STATUS_OF_CODE.find(([words]) => words.test(code))?.[1] ?? 500), data);
}

const STATUS_OF_CODE: readonly (readonly [RegExp, number])[] = [
  [/rate_?limit|too_many_requests/i, 429],
  [/overloaded|unavailable|capacity/i, 503],
  [/invalid_api_key|authentication/i, 401],
  [/invalid_request/i, 400],
  [/timeout/i, 504],
];

function classOf(status: number, code: string): ErrorClass {
  if (/context_length|string_above_max_length/.test(code)) return 'context_too_long';
  if (/content_filter|content_policy|responsibleai/i.test(code)) return 'content_filter';
  if (/insufficient_quota|billing/.test(code)) return 'quota';
  return classOfStatus(status);
}

function readError(body: string): { code: string; message: string } {
  try {
    const { error } = JSON.parse(body) as WireError;
    if (typeof error === 'string') return { code: '', message: error };
    return {
      code: [error?.code, error?.type].filter((part) => typeof part === 'string' || typeof part === 'number').join(' '),
      message: typeof error?.message === 'string' ? error.message : '',
    };
  } catch {
    return { code: '', message: '' };
  }
}
