import type { CallerError } from '../caller-dialect.js';

/** Anthropic's error types by status; other refusals are `invalid_request_error`, other failures `api_error`. */
const TYPE_BY_STATUS: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  408: 'timeout_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  503: 'overloaded_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

/** The error body of Anthropic's API: `{"type": "error", "error": {type, message}}`. The field at fault is named in the sentence. */
export function encodeMessagesError({ status, message }: CallerError): string {
  const type = TYPE_BY_STATUS[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error');
  return JSON.stringify({ type: 'error', error: { type, message } });
}

/** An error within a stream: the event `error`. No `message_stop` follows, so that nobody takes a cut answer for a whole one. */
export function encodeMessagesStreamError(error: CallerError): string {
  return `event: error\ndata: ${encodeMessagesError(error)}\n\n`;
}
