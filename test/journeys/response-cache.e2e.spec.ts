import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { startSimProvider, type SimProvider } from '#libs/simulation';
import { eventually } from '#libs/testing';

import { call, type HttpAnswer } from './http-call.js';
import { journeyConfiguration, modelFields, OUR_KEY, THEIR_KEY } from './journey-configuration.js';
import { journeysOn } from './journey.js';
import { countRecords, readRecord, type RequestRecord } from './request-record.js';
import { answers, PROMPT_TOKENS, WHOLE_ANSWER_WORDS } from './scripted-behaviours.js';
import { startScriptedProvider, type ScriptedProvider } from './scripted-provider.js';
import { StackForTests } from './stack-for-tests.js';

/** By the prices of the journeys. */
const COST_NANO_USD = PROMPT_TOKENS * 400 + WHOLE_ANSWER_WORDS * 1_600;

const SIM_KEY = 'sk-sim-vectors-000';

let provider: ScriptedProvider;
let sim: SimProvider;
let stack: StackForTests;
const journey = journeysOn(() => stack);

interface Question {
  readonly model: string;
  readonly words: string;
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly more?: object;
}

function ask({ model, words, key = OUR_KEY, headers = {}, more = {} }: Question): Promise<HttpAnswer> {
  const body = { model, messages: [{ role: 'user', content: words }], temperature: 0.7, ...more };
  return call(`${stack.url}/v1/chat/completions`, { key, headers, body });
}

const idOf = ({ headers }: HttpAnswer): string => String(headers['x-request-id']);
const cacheOf = ({ headers }: HttpAnswer): unknown => headers['x-switchyard-cache'];
const recordOf = (answer: HttpAnswer, key = OUR_KEY): Promise<RequestRecord> => readRecord(stack, idOf(answer), key);

/**
 * The answer is kept once its caller has it, which takes its moment: asks again until it is there. `madeBy` are the requests that
 * may have made it.
 */
async function askUntilHit(question: Question, first?: HttpAnswer): Promise<{ hit: HttpAnswer; madeBy: string[] }> {
  const madeBy = first ? [idOf(first)] : [];
  const hit = await eventually(async () => {
    const answer = await ask(question);
    if (cacheOf(answer) !== 'hit') madeBy.push(idOf(answer));
    expect(cacheOf(answer)).toBe('hit');
    return answer;
  });
  return { hit, madeBy };
}

const models = (change: object = {}): object[] => [
  { ...modelFields('free', [{ provider: 'main', model: 'free' }]), cache: { seconds: 3_600 }, ...change },
  { ...modelFields('paid', [{ provider: 'main', model: 'paid' }]), cache: { seconds: 3_600, priceShare: 0.25 } },
  { ...modelFields('short', [{ provider: 'main', model: 'short' }]), cache: { seconds: 1 } },
  { ...modelFields('vectors', [{ provider: 'sim', model: 'sim-small' }]), cache: { seconds: 3_600 } },
  modelFields('plain', [{ provider: 'main', model: 'plain' }]),
];

const providers = (): Readonly<Record<string, object>> => ({
  main: provider.fields,
  sim: { kind: 'openai', baseUrl: sim.baseUrl, apiKey: SIM_KEY },
});

beforeAll(async () => {
  provider = await startScriptedProvider('main', {}, answers);
  sim = await startSimProvider({ key: SIM_KEY });
  stack = await StackForTests.start(journeyConfiguration(providers(), models()));
}, 180_000);
afterAll(async () => {
  await stack?.stop();
  await provider?.close();
  await sim?.close();
}, 90_000);

describe('the response cache', () => {
  journey('answers an equal request with the same bytes, free of charge and on record', async () => {
    const first = await ask({ model: 'free', words: 'one' });
    expect([first.status, cacheOf(first)]).toEqual([200, 'miss']);
    const again = { model: 'free', words: 'one', more: { user: 'somebody else' } };
    const { hit, madeBy } = await askUntilHit(again, first);

    expect(hit.text).toBe(first.text);
    expect(hit.headers).toMatchObject({ 'x-switchyard-attempts': '0', 'x-switchyard-provider': 'main' });
    expect(hit.headers['content-type']).toBe(first.headers['content-type']);
    expect(Number(hit.headers.age)).toBeGreaterThanOrEqual(0);
    expect(Number(hit.headers['x-switchyard-cost-usd'])).toBe(0);
    const record = await recordOf(hit);
    expect(record).toMatchObject({ outcome: 'completed', attempts: [], finish_reason: 'stop', decision: null });
    expect(madeBy).toContain(record.cached_from);
    expect(record.cost).toMatchObject({ nano_usd: '0', lines: [] });
    expect(await countRecords(stack, idOf(hit))).toEqual({ charges: 1, entries: 1 });
  });

  journey('charges the share that the policy says, in the books as for the caller', async () => {
    const first = await ask({ model: 'paid', words: 'two' });
    const { hit } = await askUntilHit({ model: 'paid', words: 'two' });
    const charge = String(COST_NANO_USD / 4);

    expect((await recordOf(first)).cost?.nano_usd).toBe(String(COST_NANO_USD));
    expect((await recordOf(hit)).cost).toMatchObject({
      nano_usd: charge,
      lines: [{ provider: 'cache', nano_usd: charge }],
    });
    expect(Number(hit.headers['x-switchyard-cost-usd'])).toBe(Number(charge) / 1e9);
  });

  journey('keeps the answers of one organisation from every other', async () => {
    await ask({ model: 'free', words: 'three' });
    await askUntilHit({ model: 'free', words: 'three' });
    const theirs = await ask({ model: 'free', words: 'three', key: THEIR_KEY });

    expect(cacheOf(theirs)).toBe('miss');
    expect((await recordOf(theirs, THEIR_KEY)).attempts).toHaveLength(1);
    const { hit, madeBy } = await askUntilHit({ model: 'free', words: 'three', key: THEIR_KEY }, theirs);
    expect(madeBy).toContain((await recordOf(hit, THEIR_KEY)).cached_from);
  });

  journey('answers a stream with a whole stream, and no plain request with it', async () => {
    const question = { model: 'paid', words: 'four', more: { stream: true } };
    const first = await ask(question);
    const { hit } = await askUntilHit(question);

    expect(hit.text).toBe(first.text);
    expect(hit.text).toContain('data: [DONE]');
    expect(hit.headers['content-type']).toContain('text/event-stream');
    expect(Number(hit.trailers['x-switchyard-cost-usd'])).toBe(COST_NANO_USD / 4 / 1e9);
    const plain = await ask({ model: 'paid', words: 'four' });
    expect([cacheOf(plain), plain.headers['content-type']]).toEqual(['miss', 'application/json']);
  });

  const messages = [{ role: 'user', content: 'nine' }];
  const others: readonly [path: string, body: object][] = [
    ['messages', { model: 'free', max_tokens: 100, messages }],
    ['messages', { model: 'free', max_tokens: 100, messages, stream: true }],
    ['responses', { model: 'free', input: 'nine', store: false }],
    ['responses', { model: 'free', input: 'nine', store: false, stream: true }],
    ['embeddings', { model: 'vectors', input: ['nine', 'ten'] }],
  ];
  for (const [path, body] of others) {
    journey(`keeps answers of /v1/${path} too: ${JSON.stringify(body)}`, async () => {
      const send = (): Promise<HttpAnswer> => call(`${stack.url}/v1/${path}`, { key: OUR_KEY, body });
      const first = await send();
      expect([first.status, cacheOf(first)]).toEqual([200, 'miss']);
      const texts = [first.text];
      await eventually(async () => {
        const again = await send();
        if (cacheOf(again) !== 'hit') texts.push(again.text);
        expect([again.status, cacheOf(again)]).toEqual([200, 'hit']);
        expect(texts).toContain(again.text);
      });
    });
  }

  journey('keeps a response for each who asks, each under an id of its own', async () => {
    const send = (): Promise<HttpAnswer> =>
      call(`${stack.url}/v1/responses`, { key: OUR_KEY, body: { model: 'free', input: 'eleven' } });
    const first = await send();
    const hit = await eventually(async () => {
      const again = await send();
      expect(cacheOf(again)).toBe('hit');
      return again;
    });
    const ids = [first, hit].map(({ text }) => (JSON.parse(text) as { id: string }).id);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) {
      expect((await call(`${stack.url}/v1/responses/${id}`, { key: OUR_KEY })).status).toBe(200);
    }
  });

  journey('forgets an answer when its time is over', async () => {
    const first = await ask({ model: 'short', words: 'five' });
    expect(cacheOf(first)).toBe('miss');
    await eventually(async () => {
      const again = await ask({ model: 'short', words: 'five' });
      expect(cacheOf(again)).toBe('miss');
    });
    expect(provider.callsOf('short').length).toBeGreaterThan(1);
  });

  journey('does as the caller says in cache-control', async () => {
    const question = { model: 'free', words: 'six' };
    for (const directive of ['no-store', 'no-cache, no-store']) {
      const answer = await ask({ ...question, headers: { 'cache-control': directive } });
      expect([answer.status, cacheOf(answer)]).toEqual([200, 'miss']);
    }
    const kept = await ask({ ...question, headers: { 'cache-control': 'no-cache' } });
    expect(cacheOf(kept)).toBe('miss');
    const { hit, madeBy } = await askUntilHit(question, kept);
    expect(madeBy).toContain((await recordOf(hit)).cached_from);
    const fresh = await ask({ ...question, headers: { 'cache-control': 'no-cache' } });
    expect(cacheOf(fresh)).toBe('miss');
  });

  journey('leaves models without a policy alone', async () => {
    const both = [await ask({ model: 'plain', words: 'seven' }), await ask({ model: 'plain', words: 'seven' })];
    expect(both.map(cacheOf)).toEqual([undefined, undefined]);
    expect(provider.callsOf('plain')).toHaveLength(2);
  });

  journey('does not outlive the configuration that an answer was made under', async () => {
    const question = { model: 'free', words: 'eight' };
    await ask(question);
    await askUntilHit(question);
    const change = { targets: modelTargets('free/2') };
    await stack.configure(journeyConfiguration(providers(), models(change)));
    // The parts of the stack hear of it one after the other; what was decided before the last of them knew must not be kept.
    await eventually(async () => {
      await ask(question);
      expect(provider.callsOf('free/2').length).toBeGreaterThan(0);
    });
  });
});

function modelTargets(model: string): unknown {
  return (modelFields('free', [{ provider: 'main', model }]) as { targets: unknown }).targets;
}
