import type { CallerError } from '../caller-dialect.js';

/**
 * An error within a stream: OpenAI's `error` event. Nothing follows it, so that nobody takes a cut answer for a whole one. Its
 * number in the stream is unknown here, where the stream may have come from anybody; 0 says so.
 */
export function encodeResponsesStreamError({ code, message, param = null }: CallerError): string {
  return `event: error\ndata: ${JSON.stringify({ type: 'error', code, message, param, sequence_number: 0 })}\n\n`;
}
