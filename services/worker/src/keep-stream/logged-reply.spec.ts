import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Messaging } from '#libs/messaging';
import { noReply } from '../call-model/reply-channel.js';
import { DoubleReply } from './double-reply.js';
import { GatheringReply } from './gathering-reply.js';
import { LoggedReply } from './logged-reply.js';

const MEBIBYTE = 1024 ** 2;
const facts = { organization: 'demo', project: 'default', requestId: 'req_0123456789', dialect: 'openai-chat' };
const head = { status: 200, attempts: 1 };

interface Sent {
  readonly subject: string;
  readonly bytes: number;
  readonly headers: Readonly<Record<string, string>>;
}

describe('LoggedReply', () => {
  let sent: Sent[];
  let reply: LoggedReply;

  beforeEach(() => {
    jest.useFakeTimers();
    sent = [];
    const publish = (subject: string, data: Uint8Array | string, extras?: { headers?: Record<string, string> }): void =>
      void sent.push({ subject, bytes: data.length, headers: extras?.headers ?? {} });
    reply = new LoggedReply({ publish } as unknown as Messaging, facts, 3);
  });
  afterEach(() => void jest.useRealTimers());

  const numbers = (): string[] => sent.map(({ headers }) => headers['Switchyard-Sequence'] ?? '');

  it('numbers the frames of its generation, on a subject of the project', () => {
    reply.head(head);
    reply.chunk(Buffer.from('one'));
    reply.end(head);
    expect(numbers()).toEqual(['0', '1', '2']);
    expect(new Set(sent.map(({ subject }) => subject))).toEqual(
      new Set(['answer.streamed.v1.demo.default.req_0123456789']),
    );
    expect(sent.every(({ headers }) => headers['Switchyard-Generation'] === '3')).toBe(true);
    expect(sent[0]?.headers).toMatchObject({ 'Switchyard-Frame': 'head', 'Switchyard-Dialect': 'openai-chat' });
  });

  it('keeps chunks that come fast as one', () => {
    reply.head(head);
    for (let index = 0; index < 10; index++) reply.chunk(Buffer.from('x'));
    expect(sent.map(({ bytes }) => bytes)).toEqual([0, 1]);
    jest.advanceTimersByTime(50);
    expect(sent.map(({ bytes }) => bytes)).toEqual([0, 1, 9]);
    reply.error({ ...head, status: 502 });
    expect(sent.at(-1)?.headers['Switchyard-Frame']).toBe('error');
  });

  it('keeps no more of an answer than is allowed, says so, and nothing after it', () => {
    reply.head(head);
    for (let index = 0; index < 20; index++) reply.chunk(Buffer.alloc(MEBIBYTE));
    jest.advanceTimersByTime(1_000);
    reply.end(head);
    const last = sent.at(-1);
    expect(last?.headers['Switchyard-Answer']).toContain('stream_too_large');
    expect(sent.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(16 * MEBIBYTE);
    expect(Math.max(...sent.map(({ bytes }) => bytes))).toBe(256 * 1024);
  });

  it('says that the call runs where nothing is kept of it', () => {
    reply.alive();
    expect(sent.map(({ subject }) => subject)).toEqual(['answer.awaited.v1.req_0123456789']);
  });

  it('hears all that goes along another way', () => {
    const both = new DoubleReply(noReply, reply);
    both.head(head);
    both.chunk(Buffer.from('x'));
    both.alive(head);
    both.error(head, '');
    expect(sent).toHaveLength(4);
  });
});

describe('GatheringReply', () => {
  it('has the whole of a stream, unless that is too much', () => {
    const reply = new GatheringReply(noReply);
    reply.head(head);
    const memory = Buffer.from('one ');
    reply.chunk(memory);
    memory.fill('x');
    reply.chunk(Buffer.from('two'));
    expect(Buffer.from(reply.gathered() ?? []).toString()).toBe('one two');
    for (let index = 0; index < 17; index++) reply.chunk(Buffer.alloc(MEBIBYTE));
    expect(reply.gathered()).toBeUndefined();
  });
});
