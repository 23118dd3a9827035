import { beforeEach, describe, expect, it } from '@jest/globals';
import type { AnswerHead, Facts, KeptAnswer, RequestEnded, Snapshot } from '#libs/contracts';
import type { AnswerCache, AtomicBatchPublisher, FoundAnswer, SnapshotWatch } from '#libs/messaging';
import type { CapturedCall, PayloadKeeper } from '#libs/payloads';
import type { Logger } from '#libs/telemetry';
import { RequestSeals } from '#libs/runtime';
import type { CallerResponse } from '../answer-caller/caller-response.js';
import type { PlanGate } from '../authenticate/plan-gate.js';
import type { BudgetGate } from '../hold-budget/budget-gate.js';
import { AnswerFromCacheHandler, type CacheOutcome } from './answer-from-cache.handler.js';

const body = Buffer.from('{"messages":[]}');
const facts = {
  requestId: 'req_9876543210',
  organization: 'demo',
  project: 'default',
  key: 'ci',
  lane: 'interactive',
  dialect: 'openai-chat',
  operation: 'chat',
  model: 'chat',
  stream: false,
  receivedAt: Date.now(),
} as Facts;
const kept: KeptAnswer = {
  requestId: 'req_0123456789',
  keptAt: Date.now() - 5_000,
  expiresAt: Date.now() + 60_000,
  head: { contentType: 'application/json', provider: 'main', model: 'gpt' },
  finishReason: 'stop',
  costNanoUsd: '1001',
};

describe('AnswerFromCacheHandler', () => {
  let held: FoundAnswer | undefined;
  let asked: string[];
  let written: [string, unknown][];
  let headers: Record<string, string>;
  let events: [string, RequestEnded][];
  let captured: CapturedCall[];

  beforeEach(() => {
    held = { answer: kept, body: Buffer.from('{"n":1}') };
    [asked, written, headers, events, captured] = [[], [], {}, [], []];
    markups = undefined;
  });

  let markups: Snapshot['markups'];
  const handlerWith = (priceShare = 0.5, models?: Snapshot['models']): AnswerFromCacheHandler => {
    const routing = { cache: { seconds: 60, priceShare } };
    const snapshot = {
      revision: 7,
      payloads: [{ organization: 'keeping', keep: 'full', mostBytes: 1_024 }],
      models: models ?? [{ name: 'chat', targets: [], routing }],
      providers: [],
      markups,
    };
    const watch = { onChange: (listener: (of: unknown) => void) => listener(snapshot) };
    const get = async (key: string): Promise<FoundAnswer | undefined> => {
      asked.push(key);
      return held;
    };
    const publish = async (subject: string, text: string): Promise<void> =>
      void events.push([subject, JSON.parse(text) as RequestEnded]);
    return new AnswerFromCacheHandler(
      watch as unknown as SnapshotWatch,
      { get } as unknown as AnswerCache,
      { publish } as unknown as AtomicBatchPublisher,
      {} as Logger,
      { of: () => [] } as unknown as BudgetGate,
      { keep: async (call: CapturedCall) => void captured.push(call) } as unknown as PayloadKeeper,
      new RequestSeals({ requestSealFile: undefined }),
      { has: ({ project }: Facts) => project !== 'without-caching' } as unknown as PlanGate,
    );
  };
  const response = {
    addHeaders: (more: Record<string, string>) => Object.assign(headers, more),
    head: ({ attempts }: AnswerHead) => written.push(['head', attempts]),
    chunk: (bytes: Uint8Array) => written.push(['chunk', Buffer.from(bytes).toString()]),
    end: ({ costNanoUsd }: AnswerHead) => written.push(['end', costNanoUsd]),
    whole: (bytes: Uint8Array, answer: AnswerHead) => written.push([Buffer.from(bytes).toString(), answer]),
  } as unknown as CallerResponse;
  const handle = (changes: Partial<Facts> = {}, cacheControl?: string, priceShare?: number): Promise<CacheOutcome> => {
    const handler = handlerWith(priceShare);
    const asking = { ...facts, ...changes };
    const policy = handler.policyFor(asking);
    if (!policy) throw new Error('the answer is not kept');
    return handler.handle({ facts: asking, body, response, cacheControl }, policy);
  };

  it('looks for nothing where the plan is without caching', () => {
    expect(handlerWith().policyFor({ ...facts, project: 'without-caching' })).toBeUndefined();
    expect(handlerWith().policyFor(facts)).toBeDefined();
  });

  it('answers with the kept bytes, charges the share of the policy, and records where the answer came from', async () => {
    expect(await handle()).toEqual({ answered: true });
    expect(headers).toEqual({ 'x-switchyard-cache': 'hit', age: '5' });
    const answer = { ...kept.head, status: 200, attempts: 0, costNanoUsd: '501' };
    expect(written).toEqual([['{"n":1}', answer]]);
    expect(events).toHaveLength(1);
    expect(events[0]?.[0]).toBe('request.completed.v1.demo.interactive');
    expect(events[0]?.[1]).toMatchObject({
      requestId: facts.requestId,
      cachedFrom: kept.requestId,
      cacheChargeNanoUsd: '501',
      costNanoUsd: '501',
      attempts: [],
      finishReason: 'stop',
    });
  });

  it('has prompt and answer kept for those who keep theirs, and for nobody else', async () => {
    await handle();
    expect(captured).toEqual([]);
    await handle({ organization: 'keeping' });
    expect(captured).toMatchObject([{ outcome: 'completed', prompt: body, answer: { bytes: Buffer.from('{"n":1}') } }]);
    expect(events.map(([, { payload }]) => payload)).toEqual([undefined, 'full']);
  });

  it.each([
    [0, '0'],
    [1, '1001'],
    [0.1, '100'],
    [0.333, '333'],
  ])('charges the share %d, rounded half up', async (share, charge) => {
    await handle({}, undefined, share);
    expect(events[0]?.[1].cacheChargeNanoUsd).toBe(charge);
  });

  it('tells the cost that is charged: the share, with the markup that billing adds to it', async () => {
    markups = [{ organization: 'demo', millionths: 200_000 }];
    await handle();
    expect(written[0]?.[1]).toMatchObject({ costNanoUsd: '601' });
    expect(events[0]?.[1]).toMatchObject({ cacheChargeNanoUsd: '501', costNanoUsd: '601' });
  });

  it('answers a stream with the kept stream', async () => {
    await handle({ stream: true });
    expect(written).toEqual([
      ['head', 0],
      ['chunk', '{"n":1}'],
      ['end', '501'],
    ]);
  });

  it('names the key of a miss, under which the answer may be kept', async () => {
    held = undefined;
    expect(await handle()).toEqual({ answered: false, cacheKey: asked[0], cacheRevision: 7 });
    expect(headers).toEqual({ 'x-switchyard-cache': 'miss' });
    expect(events).toEqual([]);
  });

  it('reads nothing under no-cache, and keeps nothing under no-store besides', async () => {
    expect(await handle({}, 'max-age=0, No-Cache')).toMatchObject({ answered: false, cacheKey: expect.any(String) });
    expect(await handle({}, 'no-cache, no-store')).toEqual({ answered: false });
    expect(asked).toEqual([]);
    expect(headers).toEqual({ 'x-switchyard-cache': 'miss' });
  });

  it('has a policy for models and operations whose answers are kept, and for no others', () => {
    expect(handlerWith().policyFor(facts)).toMatchObject({ model: 'chat', priceShare: 0.5 });
    expect(handlerWith().policyFor({ ...facts, operation: 'speech' })).toBeUndefined();
    expect(handlerWith().policyFor({ ...facts, model: 'other' })).toBeUndefined();
    expect(handlerWith(0, []).policyFor(facts)).toBeUndefined();
  });

  it('does not keep an answer that tells its own cost', async () => {
    expect(await handle({ costAsked: true })).toEqual({ answered: false });
    expect(asked).toEqual([]);
  });
});
