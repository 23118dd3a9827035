import type { ErrorClass } from '#libs/contracts';
import { classOfStatus } from '../class-of-status.js';
import type { ClassifiedError } from '../classified-error.js';

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
  return { errorClass: classOf(status, code), message: message.slice(0, MOST_MESSAGE_CHARACTERS) };
}

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
      code: [error?.code, error?.type].filter((part) => typeof part === 'string').join(' '),
      message: typeof error?.message === 'string' ? error.message : '',
    };
  } catch {
    return { code: '', message: '' };
  }
}
