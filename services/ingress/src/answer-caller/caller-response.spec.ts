import type { ServerResponse } from 'node:http';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { GuardEntry, GuardVerdict } from '#libs/contracts';
import { dialectNamed } from '#libs/dialects';
import { guardsOn, Placeholders, type GuardSources } from '#libs/guards';
import { AnswerGuard } from '../guard-traffic/answer-guard.js';
import { CallerResponse } from './caller-response.js';

/** Notes what is written to a connection. */
class NotedConnection {
  readonly destroyed = false;
  readonly writableLength = 0;
  headersSent = false;
  status = 0;
  text = '';
  headers: Record<string, string> = {};
  trailers: Record<string, string> = {};
  writeHead = (status: number, headers: Record<string, string>) => {
    this.headersSent = true;
    this.status = status;
    this.headers = headers;
  };
  write = (bytes: string | Uint8Array) => {
    this.text += typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString();
    return true;
  };
  addTrailers = (trailers: Record<string, string>) => void (this.trailers = trailers);
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

  it('tells in trailers of a stream that was begun early what headers tell of another', () => {
    const response = responseTo('openai-chat');
    response.begin();
    response.keepAlive();
    expect(connection.status).toBe(200);
    expect(connection.headers['trailer']).toContain('x-switchyard-provider');
    expect(connection.headers).not.toHaveProperty('x-switchyard-attempts');

    response.head({ status: 200, attempts: 2, provider: 'second', model: 'm' });
    response.chunk(Buffer.from('data: [DONE]\n\n'));
    response.end({ status: 200, attempts: 2, costNanoUsd: '1000' });
    expect(connection.text).toBe(': keep-alive\n\ndata: [DONE]\n\n');
    expect(connection.trailers).toEqual({
      'x-switchyard-provider': 'second',
      'x-switchyard-model': 'm',
      'x-switchyard-attempts': '2',
      'x-switchyard-cost-usd': '0.000001',
    });
  });

  it.each([
    ['openai-chat', '"code":"provider_timeout"'],
    ['openai-responses', '"type":"error"'],
    ['anthropic-messages', 'event: error'],
  ])('ends a stream of the dialect %s that was begun early with an event of its failure', (dialect, words) => {
    const response = responseTo(dialect);
    response.begin();
    response.error({
      status: 504,
      attempts: 3,
      retryAfterSeconds: 7,
      error: { class: 'first_byte_timeout', code: 'provider_timeout', message: 'too late' },
    });
    expect(connection.text.replaceAll(': ', ':')).toContain(words.replaceAll(': ', ':'));
    expect(connection.text).not.toContain('[DONE]');
    expect(connection.trailers).toEqual({ 'x-switchyard-attempts': '3' });
  });

  it.each<[string, (response: CallerResponse) => void]>([
    ['whose caller left', (response) => response.left()],
    [
      'that failed',
      (response) =>
        response.error({
          status: 502,
          attempts: 1,
          error: { class: 'cut_stream', code: 'answer_lost', message: 'lost' },
        }),
    ],
  ])('has the record say once what guards found in a stream %s', (_, breakOff) => {
    const told: GuardVerdict[][] = [];
    const pii = { name: 'pii', kind: 'detect', classes: ['email'], action: 'mask', on: ['answer'] } as GuardEntry;
    const response = responseTo('openai-chat');
    response.guard = new AnswerGuard(
      guardsOn('answer', [pii]),
      new Placeholders(),
      {} as GuardSources,
      (verdicts) => void told.push([...verdicts]),
    );
    response.head({ status: 200, attempts: 1 });
    response.left();
    expect(told).toEqual([]);
    const content = 'write to jo@example.com now and then';
    response.chunk(Buffer.from(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`));
    breakOff(response);
    response.left();
    expect(told).toMatchObject([[{ guard: 'pii', verdict: 'masked' }]]);
  });

  it('answers a failure before the first token with its own status, as long as it is not begun', () => {
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
