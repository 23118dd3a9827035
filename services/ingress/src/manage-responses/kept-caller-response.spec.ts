import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, it, jest } from '@jest/globals';
import type { AnswerHead } from '#libs/contracts';
import { dialectNamed, type FinishedResponse } from '#libs/dialects';
import { KeptCallerResponse, type Keep } from './kept-caller-response.js';

const head: AnswerHead = { status: 200, attempts: 1 };
const event = (type: string, fields: object): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
const delta = event('response.output_text.delta', { sequence_number: 3, delta: 'Hi' });
const completed = event('response.completed', {
  sequence_number: 4,
  response: { id: 'resp_1', output: [], store: true },
});

/** What of a server's response is used, with what was written. */
class WrittenResponse extends EventEmitter {
  status = 0;
  text = '';
  headersSent = false;
  destroyed = false;
  isEnded = false;
  writableLength = 0;
  headers: object = {};
  trailers: object = {};
  addTrailers = (trailers: object): void => void (this.trailers = trailers);
  destroy = (): void => void (this.destroyed = true);
  writeHead(status: number, headers: object): void {
    this.status = status;
    this.headers = headers;
    this.headersSent = true;
  }
  write(bytes: Uint8Array | string): void {
    this.text += Buffer.from(bytes as Uint8Array).toString();
  }
  end(bytes: Uint8Array | string = ''): void {
    this.write(bytes);
    this.isEnded = true;
  }
}

function kept(keep: Keep): { raw: WrittenResponse; response: KeptCallerResponse } {
  const raw = new WrittenResponse();
  const dialect = dialectNamed('openai-responses');
  const recipient = { raw: raw as unknown as ServerResponse, requestId: 'req_00000001', dialect };
  return { raw, response: new KeptCallerResponse(recipient, keep) };
}

const asIs: Keep = async (response) => ({ response });
const nowhere: Keep = () => Promise.reject(new Error('no room'));

describe('a response that is kept', () => {
  it('reaches its caller whole, after it is kept', async () => {
    let isKept: () => void = () => undefined;
    const keep = jest.fn<Keep>(
      (response) => new Promise((resolve) => (isKept = () => resolve({ response: { ...response, store: true } }))),
    );
    const { raw, response } = kept(keep);
    response.part(Buffer.from('{"id":"resp_1",'));
    response.whole(Buffer.from('"output":[]}'), head);
    expect(keep).toHaveBeenCalledWith({ id: 'resp_1', output: [] }, false);
    expect(raw.isEnded).toBe(false);
    isKept();
    await response.settled;
    expect(raw).toMatchObject({ status: 200, isEnded: true });
    expect(JSON.parse(raw.text)).toEqual({ id: 'resp_1', output: [], store: true });
  });

  it('is streamed up to its last event, which waits until it is kept', async () => {
    const { raw, response } = kept(async (finished) => ({ response: { ...finished, previous_response_id: 'resp_0' } }));
    const bytes = Buffer.from(delta + completed);
    response.head(head);
    response.chunk(bytes.subarray(0, 20));
    response.chunk(bytes.subarray(20));
    expect(raw.text).toBe(delta);
    response.end(head);
    await response.settled;
    expect(raw.isEnded).toBe(true);
    const last = JSON.parse(raw.text.slice(delta.length).split('data: ')[1] ?? '') as { response: FinishedResponse };
    expect(last).toMatchObject({ sequence_number: 4, response: { id: 'resp_1', previous_response_id: 'resp_0' } });
  });

  it('leaves the bytes of a stream as they are where nothing is to be told', async () => {
    const { raw, response } = kept(asIs);
    response.head(head);
    response.chunk(Buffer.from(delta + completed));
    response.end(head);
    await response.settled;
    expect(raw.text).toBe(delta + completed);
  });

  it('comes with a warning where it is not kept as expected: in a header, of a stream in a trailer', async () => {
    const keep: Keep = async (response) => ({ response: { ...response, store: false }, warning: 'Not kept.' });
    const plain = kept(keep);
    plain.response.whole(Buffer.from('{"id":"resp_1","output":[]}'), { ...head, warnings: ['No seed.'] });
    await plain.response.settled;
    expect(plain.raw.headers).toMatchObject({ 'x-switchyard-warnings': 'No seed. Not kept.' });
    expect(JSON.parse(plain.raw.text)).toMatchObject({ store: false });

    const stream = kept(keep);
    stream.response.head(head);
    stream.response.chunk(Buffer.from(delta + completed));
    stream.response.end(head);
    await stream.response.settled;
    expect(stream.raw.trailers).toMatchObject({ 'x-switchyard-warnings': 'Not kept.' });
    expect(stream.raw.text).toContain('"store":false');
  });

  it('becomes an error where it cannot be kept, whole or streamed', async () => {
    const plain = kept(nowhere);
    plain.response.whole(Buffer.from('{"id":"resp_1","output":[]}'), head);
    await plain.response.settled;
    expect(plain.raw.status).toBe(503);
    expect(JSON.parse(plain.raw.text)).toMatchObject({ error: { code: 'response_not_stored' } });

    const stream = kept(nowhere);
    stream.response.head(head);
    stream.response.chunk(Buffer.from(delta + completed));
    stream.response.end(head);
    await stream.response.settled;
    expect(stream.raw).toMatchObject({ isEnded: true });
    expect(stream.raw.text).not.toContain('response.completed');
    expect(stream.raw.text).toContain('"type":"error","code":"response_not_stored"');
  });

  it('is not waited for once the caller is gone', async () => {
    const { raw, response } = kept(asIs);
    raw.emit('close');
    await expect(response.settled).resolves.toBeUndefined();
  });
});
