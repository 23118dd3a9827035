import { beforeEach, describe, expect, it } from '@jest/globals';
import type { AnswerHead, Attempt, Facts, KeptAnswer, RequestEnded, RoutingSlip } from '#libs/contracts';
import type { AnswerCache, SnapshotWatch } from '#libs/messaging';
import { buildAttempt, buildRequestEnded } from '#libs/testing';
import type { AssignedCall } from '../call-model/assigned-call.js';
import { noReply, type ReplyChannel } from '../call-model/reply-channel.js';
import { AnswerKeeper } from './answer-keeper.js';

const attempt = buildAttempt({ priceVersion: 'price_1', usage: { promptTokens: 1_000, completionTokens: 10 } });
const head: AnswerHead = {
  status: 200,
  contentType: 'application/json',
  provider: 'main',
  model: 'gpt',
  priceVersion: 'price_1',
  attempts: 2,
  costNanoUsd: '99',
};

describe('AnswerKeeper', () => {
  let kept: { key: string; answer: KeptAnswer; body: string }[];
  let told: string[];
  let keeper: AnswerKeeper;
  let held: number;

  beforeEach(() => {
    kept = [];
    told = [];
    const put = async (key: string, answer: KeptAnswer, body: Uint8Array): Promise<boolean> => {
      kept.push({ key, answer, body: Buffer.from(body).toString() });
      return true;
    };
    held = 3;
    const watch = {
      get current() {
        return { revision: held };
      },
    };
    keeper = new AnswerKeeper({ put } as unknown as AnswerCache, watch as SnapshotWatch);
  });

  const call = (
    facts: Partial<Facts> = { cacheKey: 'demo.ab', cacheRevision: 3 },
    cacheSeconds: number | undefined = 60,
  ): AssignedCall => ({
    facts: facts as Facts,
    slip: {
      position: 0,
      targets: [
        { price: { version: 'price_1', inputNanoUsdPerMillion: '1000000', outputNanoUsdPerMillion: '2000000' } },
      ],
      execution: { cacheSeconds },
      decision: { snapshotRevision: 3 },
    } as RoutingSlip,
    body: new Uint8Array(),
    reply: {
      ...noReply,
      chunk: (bytes: Uint8Array) => void told.push(Buffer.from(bytes).toString()),
      whole: (bytes: Uint8Array) => void told.push(Buffer.from(bytes).toString()),
      end: () => void told.push('end'),
    } satisfies ReplyChannel,
  });
  const eventWith = (changes: Partial<RequestEnded> = {}): string =>
    JSON.stringify(buildRequestEnded({ attempts: [attempt], finishReason: 'stop', ...changes }));
  const answer = (event: string): void => keeper.keeping(call()).reply.whole(Buffer.from('{"n":1}'), head, event);
  const failed: Attempt = buildAttempt({ outcome: 'failed' });

  it('keeps a whole answer with what it cost, beside what the caller learns of it', () => {
    answer(eventWith({ requestId: 'req_0123456789', attempts: [failed, attempt] }));

    expect(told).toEqual(['{"n":1}']);
    expect(kept).toHaveLength(1);
    expect(kept[0]).toMatchObject({ key: 'demo.ab', body: '{"n":1}' });
    const { keptAt = 0, expiresAt = 0, ...rest } = kept[0]?.answer ?? {};
    expect(expiresAt - keptAt).toBe(60_000);
    expect(rest).toEqual({
      requestId: 'req_0123456789',
      head: { contentType: 'application/json', provider: 'main', model: 'gpt' },
      finishReason: 'stop',
      costNanoUsd: '1020',
    });
  });

  it('keeps a stream as it was relayed, whatever becomes of the memory it came in', () => {
    const { reply } = keeper.keeping(call());
    const memory = Buffer.from('one');
    reply.chunk(memory);
    memory.fill('x');
    reply.chunk(Buffer.from('two'));
    reply.end(head, eventWith());

    expect(told).toEqual(['one', 'two', 'end']);
    expect(kept.map(({ body }) => body)).toEqual(['onetwo']);
  });

  it.each<[string, Partial<RequestEnded>]>([
    ['cut short', { finishReason: 'length' }],
    ['withheld', { finishReason: 'content_filter' }],
    ['put together from two', { attempts: [failed, { ...attempt, role: 'rescue' }] }],
    ['not complete', { outcome: 'failed' }],
  ])('keeps none that is %s', (_what, changes) => {
    answer(eventWith(changes));
    expect(told).toHaveLength(1);
    expect(kept).toEqual([]);
  });

  it('keeps none that is too large, and passes it on all the same', () => {
    const large = Buffer.alloc(512 * 1024 + 1, 'x');
    keeper.keeping(call()).reply.whole(large, head, eventWith());
    const { reply } = keeper.keeping(call());
    reply.chunk(large);
    reply.end(head, eventWith());

    expect(told).toHaveLength(3);
    expect(kept).toEqual([]);
  });

  it('keeps none that was decided under another configuration than its key', () => {
    for (const cacheRevision of [2, 4, undefined]) {
      const other = call({ cacheKey: 'demo.ab', cacheRevision });
      expect(keeper.keeping(other)).toBe(other);
    }
  });

  it('keeps none while the providers of its configuration are not known here', () => {
    held = 2;
    const early = call();
    expect(keeper.keeping(early)).toBe(early);
    held = 4;
    expect(keeper.keeping(early)).not.toBe(early);
  });

  it('leaves the call alone where no policy or no key asks for it', () => {
    for (const other of [call({}), { ...call(), slip: {} as RoutingSlip }]) expect(keeper.keeping(other)).toBe(other);
  });
});
