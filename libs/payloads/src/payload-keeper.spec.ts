import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { MessageHeader, payloadCapturedSchema, payloadPartName, type PayloadOrder } from '#libs/contracts';
import type { DurablePublishOptions } from '#libs/messaging';
import { openPayload } from '#libs/secrets';
import { CapturedAnswer } from './captured-answer.js';
import { maskedPayload } from './masked-payload.policy.js';
import { PayloadKeeper, type CapturedCall } from './payload-keeper.js';

const secretKey = Buffer.alloc(32, 5);
const facts: CapturedCall['facts'] = {
  requestId: 'req_0123456789',
  organization: 'acme',
  project: 'support',
  key: 'ci',
  model: 'chat',
  endUser: 'jo',
  lane: 'interactive',
};
const full: PayloadOrder = { keep: 'full', mostBytes: 4 * 1024 ** 2 };
const mask = (text: string): string => text.replaceAll('jo@example.com', '[email]');

interface Published {
  readonly subject: string;
  readonly data: Uint8Array;
  readonly options: DurablePublishOptions;
}

describe('PayloadKeeper', () => {
  let published: Published[];
  let release: (() => void) | undefined;
  beforeEach(() => {
    [published, release] = [[], undefined];
  });
  const publisher = {
    publish: async (subject: string, data: Uint8Array | string, options: DurablePublishOptions = {}) => {
      published.push({ subject, data: Buffer.from(data), options });
      if (release === undefined) return;
      await new Promise<void>((resolve) => (release = resolve));
    },
  };
  const keeper = (most?: number) => new PayloadKeeper(publisher, secretKey, mask, most);
  const heads = () =>
    published.map(({ options }) =>
      payloadCapturedSchema.parse(JSON.parse(options.headers?.[MessageHeader.payload] ?? '')),
    );
  const opened = () =>
    Buffer.concat(heads().map((head, at) => openPayload(published[at]!.data, payloadPartName(head), secretKey)));
  const call = (order: PayloadOrder, prompt: string, answer?: string): CapturedCall => {
    const bytes = Buffer.from(answer ?? '');
    const told =
      answer === undefined ? {} : { answer: { bytes, length: bytes.length, contentType: 'application/json' } };
    return { facts, order, outcome: 'completed', prompt: Buffer.from(prompt), ...told };
  };

  it('sends prompt and answer as they were, in parts that fit into messages, sealed', async () => {
    const [prompt, answer] = ['p'.repeat(700_000), 'é'.repeat(300_000)];
    await keeper().keep(call(full, prompt, answer));
    expect(published.map(({ subject }) => subject)).toEqual(Array(3).fill('payload.captured.v1.acme'));
    expect(published.every(({ data }) => data.length < 600_000 && !Buffer.from(data).includes('pppp'))).toBe(true);
    expect(opened().toString()).toBe(prompt + answer);
    expect(heads().map(({ part, parts }) => [part, parts])).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
  });

  it('passes on the seal by which audit knows the request, with what it is over', async () => {
    const hold = { nanoUsd: '5', leases: [{ id: 'lease_1', nanoUsd: '5' }] };
    const sealed = { ...facts, hold, seal: 'a seal' };
    await keeper().keep({ ...call(full, 'hello'), facts: sealed });
    expect(heads()[0]).toMatchObject({ seal: 'a seal', lane: 'interactive', hold });
    await keeper().keep(call(full, 'hello'));
    expect(Object.keys(heads()[1] ?? {})).not.toContain('lane');
  });

  it('cuts at the limit, never within a character, and says so', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'grapheme', maxLength: 60 }),
        fc.integer({ min: 1, max: 50 }),
        async (text, most) => {
          published = [];
          await keeper().keep(call({ keep: 'full', mostBytes: most }, text));
          const [head] = heads();
          expect(head?.prompt).toMatchObject({ bytes: Buffer.byteLength(text), keptBytes: opened().length });
          expect(opened().length).toBeLessThanOrEqual(most);
          expect(text.startsWith(opened().toString())).toBe(true);
        },
      ),
    );
  });

  it('sends of a hash nothing else', async () => {
    await keeper().keep(call({ keep: 'hash', mostBytes: 1 }, 'What do I owe?', 'Nothing.'));
    expect(opened()).toHaveLength(0);
    const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
    expect(heads()[0]).toMatchObject({
      prompt: { keptBytes: 0, sha256: sha256('What do I owe?') },
      answer: { keptBytes: 0, sha256: sha256('Nothing.') },
    });
  });

  it('masks before anything leaves the process', async () => {
    await keeper().keep(
      call({ keep: 'masked', mostBytes: 10_000 }, '{"a":"I am jo\\u0040example.com"}', 'no JSON: jo@example.com'),
    );
    expect(opened().toString()).toBe('{"a":"I am [email]"}no JSON: [email]');
  });

  it('keeps of what is no text nothing that was not masked', async () => {
    const binary = { ...call({ keep: 'masked', mostBytes: 10_000 }, ''), prompt: Buffer.from([0xff, 0xfe, 1]) };
    await keeper().keep(binary);
    expect(opened()).toHaveLength(0);
  });

  it('gives up what waiting callers leave while too much waits, and says so in the trail; work of batches waits', async () => {
    release = () => undefined;
    const bounded = keeper(1_000);
    const first = bounded.keep(call(full, 'x'.repeat(800)));
    const lost = bounded.keep(call(full, 'x'.repeat(300)));
    const durable = bounded.keep({ ...call(full, 'x'.repeat(300)), facts: { ...facts, lane: 'durable' } });
    expect(published.map(({ subject }) => subject)).toEqual([
      'payload.captured.v1.acme',
      'payload.lost.v1.acme',
      'payload.captured.v1.acme',
    ]);
    expect(JSON.parse(Buffer.from(published[1]?.data ?? []).toString())).toMatchObject({
      type: 'payload.lost',
      subject: { id: facts.requestId },
    });
    void [first, lost, durable];
  });
});

describe('maskedPayload', () => {
  it('masks what stands across the pieces of a stream', () => {
    const events = ['jo@exa', 'mple', '.com!'].map(
      (content) => `data: ${JSON.stringify({ id: 'c-1', choices: [{ index: 0, delta: { content } }] })}\n\n`,
    );
    const masked = maskedPayload(`${events.join('')}data: [DONE]\n\n`, 'text/event-stream; charset=utf-8', mask);
    expect(JSON.parse(masked)).toEqual({
      stream: { id: 'c-1', 'choices.0.index': 0, 'choices.0.delta.content': '[email]!' },
    });
  });

  it('keeps texts of several answers of a stream apart', () => {
    const event = (index: number, content: string) =>
      `data: ${JSON.stringify({ choices: [{ index, delta: { content } }] })}\n\n`;
    const text = [event(0, 'a'), event(1, 'x'), event(0, 'b'), event(1, 'y')].join('');
    expect(JSON.parse(maskedPayload(text, 'text/event-stream', mask))).toMatchObject({
      stream: { 'choices.0.delta.content': 'ab', 'choices.1.delta.content': 'xy' },
    });
  });

  it('leaves out images and sounds, and masks names of members too', () => {
    const image = `data:image/png;base64,${'iVBORw0KGgo'.repeat(300)}`;
    const masked = maskedPayload(JSON.stringify({ image, 'jo@example.com': 1 }), 'application/json', mask);
    expect(JSON.parse(masked)).toEqual({ image: `[${image.length} characters, not kept]`, '[email]': 1 });
  });

  it('gets through JSON however deep it is', () => {
    const deep = `${'['.repeat(5_000)}"jo@example.com"${']'.repeat(5_000)}`;
    expect(maskedPayload(deep, 'application/json', mask)).toContain('nested too deep');
  });
});

describe('CapturedAnswer', () => {
  it('holds as much of a stream as is kept, and knows how long it was', () => {
    const answer = new CapturedAnswer({ keep: 'full', mostBytes: 5 });
    expect(answer.text('text/plain')).toBeUndefined();
    const memory = Buffer.from('abc');
    answer.add(memory);
    memory.fill(0);
    answer.add(Buffer.from('defg'));
    answer.add(Buffer.from('h'));
    expect(answer.text('text/plain')).toEqual({ bytes: Buffer.from('abcde'), length: 8, contentType: 'text/plain' });
  });
});
