import type { ErrorClass } from '#libs/contracts';
import type { ClassifiedError } from '../classified-error.js';
import { isRefusalOfPrefill } from '../refusal-of-prefill.js';

const MOST_MESSAGE_CHARACTERS = 500;

const CLASS_BY_TYPE: Readonly<Record<string, ErrorClass>> = {
  authentication_error: 'authentication',
  billing_error: 'quota',
  permission_error: 'permission',
  not_found_error: 'not_found',
  request_too_large: 'context_too_long',
  rate_limit_error: 'rate_limit',
  timeout_error: 'first_byte_timeout',
  api_error: 'server_error',
  overloaded_error: 'overloaded',
};

const CLASS_BY_STATUS: Readonly<Record<number, ErrorClass>> = {
  401: 'authentication',
  402: 'quota',
  403: 'permission',
  404: 'not_found',
  408: 'first_byte_timeout',
  413: 'context_too_long',
  429: 'rate_limit',
  503: 'overloaded',
  504: 'first_byte_timeout',
  529: 'overloaded',
};

interface WireError {
  error?: { type?: unknown; message?: unknown };
}

/**
 * Classifies an error answer of Anthropic's wire format by its type and status, and by its sentence where several mistakes share
 * the type `invalid_request_error`.
 */
export function classifyAnthropicError(status: number, body: string): ClassifiedError {
  const { type, message } = readError(body);
  return { errorClass: classOf(status, { type, message }), message: message.slice(0, MOST_MESSAGE_CHARACTERS) };
}

/** Classifies the `error` event of a stream, which has no status. */
export function classifyStreamError(data: string): ClassifiedError {
  return classifyAnthropicError(500, data);
}

function classOf(status: number, { type, message }: { type: string; message: string }): ErrorClass {
  if (/prompt is too long|exceeds? (the )?context (window|limit)|too many tokens/i.test(message))
    return 'context_too_long';
  if (isRefusalOfPrefill(status, message)) return 'unsupported';
  if (/credit balance is too low/i.test(message)) return 'quota';
  if (/content filtering policy/i.test(message)) return 'content_filter';
  const byStatus = CLASS_BY_STATUS[status];
  if (byStatus) return byStatus;
  const byType = CLASS_BY_TYPE[type];
  if (byType) return byType;
  if (type === 'invalid_request_error') return 'invalid_request';
  if (status >= 500) return 'server_error';
  return status >= 400 ? 'invalid_request' : 'bad_answer';
}

function readError(body: string): { type: string; message: string } {
  try {
    const { error } = JSON.parse(body) as WireError;
    return {
      type: typeof error?.type === 'string' ? error.type : '',
      message: typeof error?.message === 'string' ? error.message : '',
    };
  } catch {
    return { type: '', message: '' };
  }
}
