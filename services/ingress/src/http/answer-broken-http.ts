import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { dialectNamed } from '#libs/dialects';

const DIALECT = dialectNamed('openai-chat');

const CLOSED_WITHIN_MILLISECONDS = 2_000;

/** What node says of bytes that are no HTTP, and what their sender is told. */
const TOLD: Readonly<Record<string, readonly [status: number, code: string, message: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'headers_too_large', 'The headers of the request are too large; send fewer.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'request_timeout', 'The request did not arrive in time; send it again.'],
};
const OTHERWISE = [400, 'bad_request', 'The bytes sent are no valid HTTP request.'] as const;

/** Answers in our own form to what could not be read as HTTP, and closes: nobody knows where the next request would begin. */
export function answerBrokenHttp(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, code, message] = TOLD[error.code ?? ''] ?? OTHERWISE;
  const body = DIALECT.encodeError({ status, code, message });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    'x-content-type-options: nosniff',
    'connection: close',
  ];
  // Somebody who does not close their side in turn would keep the connection for good; one who reads has read it by then.
  setTimeout(() => socket.destroy(), CLOSED_WITHIN_MILLISECONDS).unref();
  socket.end(`${head.join('\r\n')}\r\n\r\n${Buffer.from(body).toString('utf8')}`);
}
