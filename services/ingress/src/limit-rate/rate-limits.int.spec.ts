import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  FrameKind,
  MessageHeader,
  Subject,
  type Facts,
  type KeyEntry,
  type ModelEntry,
  type OwnedLimits,
  type Snapshot,
} from '#libs/contracts';
import type { IncomingMessage, Messaging } from '#libs/messaging';
import { KeyHasher } from '#libs/secrets';
import { eventually, startNatsForTests, type NatsForTests } from '#libs/testing';
import { SECRET_KEY, startIngressForTests, type IngressForTests } from '../ingress.fixture.js';

const START_MILLISECONDS = 60_000;
const hasher = new KeyHasher(SECRET_KEY);
const project = (
  name: string,
  limits: OwnedLimits,
): NonNullable<Snapshot['organizations']>[number]['projects'][number] => ({
  name,
  limits,
});
const keyOf = (name: string, limits?: OwnedLimits): KeyEntry => ({
  organization: 'demo',
  project: name,
  name,
  admin: false,
  hash: hasher.hash(name),
  ...(limits ? { limits } : {}),
});

const targetOf = (provider: string): ModelEntry['targets'][number] => ({
  provider,
  model: 'm',
  priority: 1,
  weight: 1,
  price: { version: 'price_0123456789abcdef', inputNanoUsdPerMillion: '1', outputNanoUsdPerMillion: '1' },
});
const TARGETS: Record<string, ModelEntry['targets']> = {
  'gpt-two': [targetOf('main'), targetOf('spare')],
  'gpt-one': [targetOf('main')],
};

const snapshot: Snapshot = {
  version: 1,
  revision: 1,
  createdAt: 0,
  providers: [],
  models: ['gpt-small', 'gpt-large', 'gpt-two', 'gpt-one'].map((name) => ({
    name,
    strategy: 'priority',
    timeouts: { firstByteMilliseconds: 60_000, idleMilliseconds: 60_000, totalMilliseconds: 600_000 },
    targets: TARGETS[name] ?? [],
  })),
  keys: [
    ...['crowd', 'tokens', 'streams', 'users', 'models', 'free', 'planned', 'providers'].map((name) => keyOf(name)),
    keyOf('narrow', { requestsPerMinute: 1 }),
  ],
  plans: [{ name: 'small', markupMillionths: 0, limits: { requestsPerMinute: 2 } }],
  organizations: [
    {
      name: 'demo',
      projects: [
        project('crowd', { requestsPerMinute: 10 }),
        project('tokens', { tokensPerMinute: 1_000, requestsPerDay: 50 }),
        project('streams', { concurrency: 2 }),
        project('users', { eachEndUser: { requestsPerMinute: 1 } }),
        project('models', { models: { 'gpt-large': { requestsPerMinute: 1 } } }),
        project('providers', { providers: { main: { requestsPerMinute: 2 } } }),
        { name: 'planned', plan: 'small' },
        { name: 'narrow' },
        { name: 'free' },
      ],
    },
  ],
};

let nats: NatsForTests;
let ingresses: IngressForTests[];
let underWay: IncomingMessage[] = [];
let answersAtOnce = true;
let called = 0;
let withheld: (readonly string[] | undefined)[] = [];
let calledProvider = 'main';
let workers: Messaging;

/** Ends a call as a worker does, with a terminal event that names the tokens it used. */
function end({ reply }: IncomingMessage, promptTokens = 10, completionTokens = 20): void {
  const [, ingress = '', requestId = ''] = (reply ?? '').split('.');
  const usage = { promptTokens, completionTokens };
  workers.publish(reply ?? '', '{"answer":1}', {
    headers: {
      [MessageHeader.frame]: FrameKind.whole,
      [MessageHeader.sequence]: '0',
      [MessageHeader.answer]: JSON.stringify({ status: 200, attempts: 1 }),
      [MessageHeader.terminalEvent]: JSON.stringify({ requestId, attempts: [{ provider: calledProvider, usage }] }),
    },
  });
  workers.publish(Subject.resultsRecorded(ingress), JSON.stringify([requestId]));
}

beforeAll(async () => {
  nats = await startNatsForTests();
  ingresses = [await startIngressForTests(snapshot, nats), await startIngressForTests(snapshot, nats)];
  workers = (ingresses[0] as IngressForTests).messaging.messaging;
  workers.subscribe(Subject.requestAcceptedInteractive, (message) => {
    called += 1;
    withheld.push((JSON.parse(message.header(MessageHeader.facts) ?? '{}') as Facts).withheldProviders);
    if (answersAtOnce) end(message);
    else underWay.push(message);
  });
}, START_MILLISECONDS);
afterEach(() => {
  answersAtOnce = true;
  called = 0;
  withheld = [];
  calledProvider = 'main';
  underWay = [];
});
afterAll(async () => {
  for (const ingress of ingresses) await ingress.stop();
  await nats.stop();
});

interface Asked {
  readonly ingress?: number;
  readonly url?: string;
  readonly body?: object;
  readonly headers?: Record<string, string>;
}

async function ask(key: string, { ingress = 0, url = '/v1/chat/completions', body, headers }: Asked = {}) {
  const answer = await (ingresses[ingress] as IngressForTests).http.inject({
    method: 'POST',
    url,
    headers: { authorization: `Bearer ${key}`, ...headers },
    payload: { model: 'gpt-small', max_tokens: 20, messages: [{ role: 'user', content: 'hi' }], ...body },
  });
  const told = answer.json<{ error?: { code?: string; type?: string; message?: string } }>();
  return { status: answer.statusCode, headers: answer.headers, ...told.error };
}

describe('rate limits at the edge', () => {
  it('let exactly so many requests through, over all processes, whatever addresses callers claim', async () => {
    const begun = performance.now();
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        ask('crowd', { ingress: index % 2, headers: { 'x-forwarded-for': `203.0.113.${index}` } }),
      ),
    );
    const refused = answers.filter(({ status }) => status === 429);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
    expect(refused).toHaveLength(90);
    expect(called).toBe(10);
    expect(refused[0]).toMatchObject({ code: 'rate_limit_exceeded', type: 'rate_limit_error' });
    // A minute after the first of those that went through.
    const seconds = Number(refused[0]?.headers['retry-after']);
    expect(seconds).toBeLessThanOrEqual(61);
    expect(seconds).toBeGreaterThanOrEqual(Math.floor(60 - (performance.now() - begun) / 1_000));
    expect(refused[0]?.message).toBe(
      `The limit of 10 requests a minute of project demo/crowd is reached; try again in ${seconds} s, or raise 'requestsPerMinute'.`,
    );
    expect(refused[0]?.headers).toMatchObject({
      'x-ratelimit-limit-requests': '10',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': expect.stringMatching(/^(5\d.*s|1m[01].*s)$/),
    });
  });

  it('tell how they stand with each answer, and correct tokens by what was used', async () => {
    const first = await ask('tokens', { body: { max_tokens: 900 } });
    expect(first.headers).toMatchObject({
      'x-ratelimit-limit-requests': '50',
      'x-ratelimit-remaining-requests': '49',
      'x-ratelimit-limit-tokens': '1000',
    });
    expect(Number(first.headers['x-ratelimit-remaining-tokens'])).toBeLessThan(100);
    expect((await ask('tokens', { body: { max_tokens: 900 } })).status).toBe(200);
    const tooMuch = await ask('tokens', { body: { max_tokens: 1_001 } });
    expect(tooMuch).toMatchObject({ status: 429, headers: { 'x-should-retry': 'false' } });
    expect(tooMuch.message).toContain('is smaller than this request alone');
  });

  it('count a request as under way until it has ended', async () => {
    answersAtOnce = false;
    const open = [ask('streams'), ask('streams', { ingress: 1 })];
    await eventually(() => expect(underWay).toHaveLength(2));
    expect(await ask('streams')).toMatchObject({ status: 429, headers: { 'retry-after': '1' } });
    underWay.forEach((message) => end(message));
    expect((await Promise.all(open)).map(({ status }) => status)).toEqual([200, 200]);
    answersAtOnce = true;
    await eventually(async () => expect(await ask('streams', { ingress: 1 })).toMatchObject({ status: 200 }));
  });

  it('are counted for each end user, each model, each key and by the plan', async () => {
    expect((await ask('users', { body: { user: 'ann' } })).status).toBe(200);
    expect((await ask('users', { body: { user: 'ben' } })).status).toBe(200);
    expect((await ask('users', { body: { user: 'ann' }, ingress: 1 })).message).toContain(
      'each end user of project demo/users',
    );
    expect((await ask('models', { body: { model: 'gpt-large' } })).status).toBe(200);
    expect((await ask('models', { body: { model: 'gpt-large' } })).message).toContain("for model 'gpt-large'");
    expect((await ask('models')).status).toBe(200);
    expect((await ask('narrow')).status).toBe(200);
    expect((await ask('narrow')).message).toContain('key demo/narrow/narrow');
    expect([await ask('planned'), await ask('planned'), await ask('planned')].map(({ status }) => status)).toEqual([
      200, 200, 429,
    ]);
  });

  it('speak the words of Anthropic where the caller does', async () => {
    const asked = { url: '/v1/messages' };
    const refused = await ask('crowd', asked);
    expect(refused).toMatchObject({ status: 429, type: 'rate_limit_error' });
    expect(refused.headers).toMatchObject({
      'anthropic-ratelimit-requests-limit': '10',
      'anthropic-ratelimit-requests-remaining': '0',
      'anthropic-ratelimit-requests-reset': expect.stringMatching(/^\d{4}-.*Z$/),
    });
  });

  it('leave a provider out of the route that is at its limit, and count for it only what it was called for', async () => {
    const two = { body: { model: 'gpt-two' } };
    calledProvider = 'spare';
    for (let count = 0; count < 3; count += 1) expect((await ask('providers', two)).status).toBe(200);
    calledProvider = 'main';
    for (let count = 0; count < 3; count += 1) expect((await ask('providers', two)).status).toBe(200);
    expect(withheld).toEqual([undefined, undefined, undefined, undefined, undefined, ['main']]);
    expect((await ask('providers', { body: { model: 'gpt-one' } })).message).toContain("for provider 'main'");
  });

  it('say nothing to those who have none', async () => {
    const { status, headers } = await ask('free');
    expect(status).toBe(200);
    expect(Object.keys(headers).filter((name) => name.includes('ratelimit'))).toEqual([]);
  });
});
