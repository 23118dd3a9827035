import type { ServerResponse } from 'node:http';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { dialectNamed } from '#libs/dialects';
import { CallerResponse } from './caller-response.js';

/** Notes what is written to a connection. */
class NotedConnection {
  readonly destroyed = false;
  readonly writableLength = 0;
  headersSent = false;
  status = 0;
  text = '';
  writeHead = (status: number) => {
    this.headersSent = true;
    this.status = status;
  };
  write = (bytes: string | Uint8Array) => {
    this.text += typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString();
    return true;
  };
  addTrailers = () => undefined;
  end = (bytes?: Uint8Array) => {
    if (bytes) this.write(bytes);
  };
}

describe('CallerResponse', () => {
  let connection: NotedConnection;

  beforeEach(() => {
    connection = new NotedConnection();
  });

  const responseTo = (dialect: string) =>
    new CallerResponse(connection as unknown as ServerResponse, 'req_1', dialectNamed(dialect));

  it.each([
    ['openai-chat', ': keep-alive\n\n'],
    ['openai-responses', ': keep-alive\n\n'],
    ['anthropic-messages', 'event: ping\ndata: {"type": "ping"}\n\n'],
  ])('keeps a silent stream of the dialect %s open in its own way', (dialect, words) => {
    const response = responseTo(dialect);
    response.head({ status: 200, attempts: 1 });
    response.keepAlive();

    expect(connection.text).toBe(words);
  });

  it('answers a failure before the first token with its own status, however long that took', () => {
    const response = responseTo('anthropic-messages');
    response.keepAlive();
    expect(connection.headersSent).toBe(false);

    response.error({
      status: 504,
      attempts: 1,
      error: { class: 'first_byte_timeout', code: 'provider_timeout', message: 'too late' },
    });
    expect(connection.status).toBe(504);
    expect(JSON.parse(connection.text)).toMatchObject({ type: 'error', error: { type: 'timeout_error' } });
  });
});
