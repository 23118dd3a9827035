import type { CallerError } from '../caller-dialect.js';

/** OpenAI's error types by status; anything else is `api_error`. */
const TYPE_BY_STATUS: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'insufficient_quota',
  403: 'permission_error',
  404: 'invalid_request_error',
  405: 'invalid_request_error',
  409: 'invalid_request_error',
  412: 'invalid_request_error',
  413: 'invalid_request_error',
  415: 'invalid_request_error',
  422: 'invalid_request_error',
  428: 'invalid_request_error',
  429: 'rate_limit_error',
  503: 'service_unavailable_error',
  504: 'timeout_error',
};

/** The error body of OpenAI's API: `{"error": {message, type, param, code}}`. */
export function encodeChatError({ status, code, message, param = null }: CallerError): string {
  return JSON.stringify({ error: { message, type: TYPE_BY_STATUS[status] ?? 'api_error', param, code } });
}

/**
 * An error within a stream: one event whose data is the error body, as OpenAI's own clients expect it. No `[DONE]` follows,
 * so that nobody takes a cut answer for a whole one.
 */
export function encodeChatStreamError(error: CallerError): string {
  return `data: ${encodeChatError(error)}\n\n`;
}
