import { JSON_CONTENT_TYPE, type Reply } from './error-reply.js';

const TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
};

/** Encodes an error as Anthropic's API does: `{"type": "error", "error": {type, message}}` with its status. */
export function anthropicErrorReply(status: number, message: string): Reply {
  const error = { type: TYPES[status] ?? 'api_error', message };
  return {
    status,
    headers: { 'content-type': JSON_CONTENT_TYPE },
    body: Buffer.from(JSON.stringify({ type: 'error', error })),
  };
}
