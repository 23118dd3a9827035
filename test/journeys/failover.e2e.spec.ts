import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { freePort } from '#libs/local-stack';
import { startSimProvider, type SimProvider } from '#libs/simulation';
import { eventually } from '#libs/testing';
import OpenAI from 'openai';

import { begin, call, readWhole, type HttpAnswer } from './http-call.js';
import { journeyConfiguration, modelFields, OUR_KEY } from './journey-configuration.js';
import { journeysOn } from './journey.js';
import { countRecords, readRecord } from './request-record.js';
import { StackForTests } from './stack-for-tests.js';
import { startUpstream, type Upstream } from './upstream.js';

/** Stands in no response, log or record, wherever a provider may quote it. */
const PROVIDER_KEY = 'sk-canary-4d1f9a7be2c05836';
/** For what is silent; more than a machine under load takes for what is not. */
const HASTY = { firstByteMs: 1_500, idleMs: 1_500 };
/** A second on a machine that does nothing else, and far below the limits of calls. */
const LEFT_WITHIN_MILLISECONDS = 5_000;

/** A fault of the first target, the class it stands in the record under, and in which kinds of call it can be cured. */
const FAULTS: readonly { model: string; provider?: string; errorClass: string; cures: 'both' | 'plain' | 'stream' }[] =
  [
    { model: 'sim-error-500', errorClass: 'server_error', cures: 'both' },
    { model: 'sim-error-503', errorClass: 'overloaded', cures: 'both' },
    // Its second call is not made: the provider asked to be left alone.
    { model: 'sim-rate-limited', errorClass: 'rate_limit', cures: 'plain' },
    { model: 'sim-error-401', errorClass: 'authentication', cures: 'both' },
    { model: 'sim-context-too-long', errorClass: 'context_too_long', cures: 'both' },
    { model: 'sim-unheard-of', errorClass: 'not_found', cures: 'both' },
    { model: 'sim-hang', errorClass: 'first_byte_timeout', cures: 'both' },
    { model: 'sim-slow-first-token-5000', errorClass: 'first_byte_timeout', cures: 'both' },
    { model: 'sim-garbage', errorClass: 'bad_answer', cures: 'both' },
    { model: 'sim-redirect', errorClass: 'bad_answer', cures: 'both' },
    { model: 'sim-gzip-bomb', errorClass: 'bad_answer', cures: 'both' },
    { model: 'sim-cut-0', errorClass: 'cut_stream', cures: 'both' },
    { model: 'sim-truncated', errorClass: 'bad_answer', cures: 'plain' },
    { model: 'sim-malformed-chunk', errorClass: 'bad_answer', cures: 'plain' },
    { model: 'sim-stall', errorClass: 'idle_timeout', cures: 'plain' },
    { model: 'sim-wrong-content-type', errorClass: 'bad_answer', cures: 'stream' },
    { model: 'sim-small', provider: 'nowhere', errorClass: 'connection', cures: 'both' },
    { model: 'headers-without-end', errorClass: 'connection', cures: 'both' },
  ];
/** How a call ends for its caller when all targets fail in the same way. */
const ENDINGS: readonly [model: string, status: number, code: string, type: string][] = [
  ['sim-error-500', 502, 'provider_error', 'api_error'],
  ['sim-error-503', 503, 'provider_overloaded', 'service_unavailable_error'],
  ['sim-rate-limited', 429, 'rate_limit_exceeded', 'rate_limit_error'],
  ['sim-error-401', 502, 'provider_authentication_failed', 'api_error'],
  ['sim-hang', 504, 'provider_timeout', 'timeout_error'],
  ['sim-garbage', 502, 'provider_bad_answer', 'api_error'],
  ['sim-context-too-long', 400, 'context_length_exceeded', 'invalid_request_error'],
];
/**
 * Streams that break off after their first tokens, when nobody can take over any more. Tokens are estimated, but for the one
 * that lacks its end mark only: the provider had told its usage by then.
 */
const BREAKS: readonly [model: string, errorClass: string, basis: string][] = [
  ['sim-cut-3', 'cut_stream', 'estimate'],
  ['sim-no-done', 'cut_stream', 'provider'],
  ['sim-truncated', 'cut_stream', 'estimate'],
  ['sim-stall', 'idle_timeout', 'estimate'],
];

let upstream: Upstream;
let spare: SimProvider;
let stack: StackForTests;
const journey = journeysOn(() => stack);

const cured = (fault: { model: string; provider?: string }): string =>
  `${fault.provider ?? 'main'}:${fault.model}:spare`;
const messages = [{ role: 'user' as const, content: 'Which track is free?' }];
const post = (model: string, stream = false): Promise<HttpAnswer> =>
  call(`${stack.url}/v1/chat/completions`, { key: OUR_KEY, body: { model, messages, stream } });
const idOf = ({ headers }: Pick<HttpAnswer, 'headers'>): string => String(headers['x-request-id']);

function models(): object[] {
  return [
    ...FAULTS.map((fault) =>
      modelFields(cured(fault), [targetOf(fault), { provider: 'spare', model: 'sim-small' }], HASTY),
    ),
    ...ENDINGS.map(([model]) =>
      modelFields(
        `only:${model}`,
        [
          { provider: 'main', model },
          { provider: 'spare', model },
        ],
        HASTY,
      ),
    ),
    ...BREAKS.map(([model]) =>
      modelFields(
        `break:${model}`,
        [
          { provider: 'main', model },
          { provider: 'spare', model: 'sim-small' },
        ],
        HASTY,
      ),
    ),
    modelFields('quoting', [
      { provider: 'main', model: 'quotes-the-key' },
      { provider: 'spare', model: 'sim-small' },
    ]),
    modelFields('stalling', [
      { provider: 'main', model: 'sim-stall' },
      { provider: 'spare', model: 'sim-small' },
    ]),
    modelFields('hanging', [
      { provider: 'main', model: 'sim-hang' },
      { provider: 'spare', model: 'sim-small' },
    ]),
  ];
}

function targetOf({ model, provider = 'main' }: { model: string; provider?: string }): {
  model: string;
  provider: string;
} {
  return { model, provider };
}

beforeAll(async () => {
  spare = await startSimProvider({ key: 'sk-spare-key-000' });
  upstream = await startUpstream({
    key: PROVIDER_KEY,
    answers: {
      'quotes-the-key': ({ headers }, response) => {
        const message = `Your field is wrong, and by the way your key is ${headers.authorization}`;
        response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ error: { message } }));
      },
      'headers-without-end': (_call, response) => {
        response.socket?.end(`HTTP/1.1 200 OK\r\n${'x-padding: 0123456789\r\n'.repeat(5_000)}`);
      },
    },
  });
  const providers = {
    main: { kind: 'openai', baseUrl: upstream.baseUrl, apiKey: PROVIDER_KEY },
    spare: { kind: 'openai', baseUrl: spare.baseUrl, apiKey: 'sk-spare-key-000' },
    nowhere: { kind: 'openai', baseUrl: `http://127.0.0.1:${await freePort()}/v1`, apiKey: PROVIDER_KEY },
  };
  stack = await StackForTests.start(journeyConfiguration(providers, models()));
}, 180_000);

afterAll(async () => {
  try {
    await stack?.stop();
  } finally {
    await upstream?.close();
    await spare?.close();
  }
}, 90_000);

describe('when the first target fails, the second answers', () => {
  for (const { errorClass, cures, ...fault } of FAULTS) {
    const kinds = cures === 'both' ? (['plain', 'stream'] as const) : [cures];
    const isCured = async (kind: 'plain' | 'stream'): Promise<void> => {
      const answer = await post(cured(fault), kind === 'stream');
      expect(answer.status).toBe(200);
      expect(answer.headers['x-switchyard-attempts']).toBe('2');
      expect(answer.headers['x-switchyard-provider']).toBe('spare');
      if (kind === 'stream') expect(answer.text.trimEnd().endsWith('data: [DONE]')).toBe(true);
      expect(answer.text).not.toContain('"error"');
      const record = await readRecord(stack, idOf(answer), OUR_KEY);
      expect(record).toMatchObject({ outcome: 'completed', error: null });
      expect(record.attempts).toMatchObject([
        { ...targetOf(fault), outcome: 'failed', error: { class: errorClass }, usage: null },
        { provider: 'spare', model: 'sim-small', outcome: 'succeeded', error: null, usage: { basis: 'provider' } },
      ]);
      expect(record.cost?.lines).toHaveLength(1);
      expect(await countRecords(stack, record.id)).toEqual({ charges: 1, entries: 1 });
    };
    journey(`${kinds.join(' and ')}, after ${cured(fault)}`, async () => void (await Promise.all(kinds.map(isCured))));
  }
});

describe('when every target fails', () => {
  for (const [model, status, code, type] of ENDINGS) {
    journey(`with ${model}, the caller gets ${status} ${code}`, async () => {
      const answers = await Promise.all([post(`only:${model}`), post(`only:${model}`, true)]);
      for (const answer of answers) {
        expect(answer.status).toBe(status);
        expect(answer.headers['content-type']).toBe('application/json');
        expect(JSON.parse(answer.text)).toEqual({ error: { message: expect.any(String), type, param: null, code } });
        // Both targets, but for those that asked to be left alone; and the last one again where that may help.
        const attempts = Number(answer.headers['x-switchyard-attempts']);
        expect(attempts).toBeGreaterThanOrEqual(status === 429 ? 0 : 1);
        expect(attempts).toBeLessThanOrEqual(4);
        // Of the two seconds that the provider asked for, what is left: whoever came second may have found them begun.
        if (status === 429) expect(answer.headers['retry-after']).toMatch(/^[12]$/);
        const record = await readRecord(stack, idOf(answer), OUR_KEY);
        expect(record).toMatchObject({ outcome: 'failed', error: { status, code }, cost: { nano_usd: '0' } });
        expect(record.attempts).toHaveLength(attempts);
        expect(await countRecords(stack, record.id)).toEqual({ charges: 1, entries: 1 });
      }
      expect(Math.max(...answers.map(({ headers }) => Number(headers['x-switchyard-attempts'])))).toBeGreaterThan(0);
    });
  }
});

describe('when a stream breaks off after its first tokens', () => {
  for (const [model, errorClass, basis] of BREAKS) {
    journey(`by ${model}, it ends with an error and never with an end mark`, async () => {
      const answer = await post(`break:${model}`, true);
      const events = answer.text.split('\n\n').filter((event) => event.startsWith('data: '));
      expect(events.length).toBeGreaterThan(1);
      expect(JSON.parse(events.at(-1)?.slice('data: '.length) ?? '')).toMatchObject({
        error: { code: expect.any(String) },
      });
      expect(answer.text).not.toContain('[DONE]');
      const record = await readRecord(stack, idOf(answer), OUR_KEY);
      expect(record).toMatchObject({ outcome: 'failed', error: { class: errorClass } });
      expect(record.attempts).toMatchObject([{ outcome: 'failed', error: { class: errorClass }, usage: { basis } }]);
      expect(record.attempts[0]?.usage?.completion_tokens).toBeGreaterThan(0);
      expect(BigInt(record.cost?.nano_usd ?? 0)).toBeGreaterThan(0n);
      expect(await countRecords(stack, record.id)).toEqual({ charges: 1, entries: 1 });
    });
  }

  journey('the official client throws', async () => {
    const client = new OpenAI({ apiKey: OUR_KEY, baseURL: `${stack.url}/v1`, maxRetries: 0 });
    const stream = await client.chat.completions.create({ model: 'break:sim-cut-3', messages, stream: true });
    let text = '';
    const read = async (): Promise<void> => {
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    };
    await expect(read()).rejects.toMatchObject({ code: 'provider_stream_cut' });
    expect(text).not.toBe('');
  });
});

describe('when the caller leaves', () => {
  for (const [name, model, stream] of [
    ['in the middle of a stream', 'stalling', true],
    ['while a plain call hangs', 'hanging', false],
  ] as const) {
    journey(`${name}, the provider sees it soon and the record says so`, async () => {
      const before = upstream.received.length;
      const leaving = new AbortController();
      const asking = begin(`${stack.url}/v1/chat/completions`, {
        key: OUR_KEY,
        body: { model, messages, stream },
        signal: leaving.signal,
      });
      if (stream)
        await new Promise<void>((resolve) => void asking.then((answer) => answer.once('data', () => resolve())));
      const received = await eventually(() => {
        expect(upstream.received).toHaveLength(before + 1);
        return upstream.received[before];
      });
      const leftAt = Date.now();
      void asking.then((answer) => readWhole(answer)).catch(() => undefined);
      leaving.abort();
      await eventually(() => expect(received?.leftAt).toBeDefined());
      expect((received?.leftAt ?? Infinity) - leftAt).toBeLessThan(LEFT_WITHIN_MILLISECONDS);
      const record = await readRecord(stack, String(received?.headers['x-request-id']), OUR_KEY);
      expect(record).toMatchObject({ outcome: 'cancelled', error: { class: 'cancelled', status: 499 } });
      expect(record.attempts).toMatchObject([{ outcome: 'cancelled', usage: stream ? { basis: 'estimate' } : null }]);
      expect(await countRecords(stack, record.id)).toEqual({ charges: 1, entries: 1 });
    });
  }
});

describe('what a provider says of itself', () => {
  journey('is quoted to the caller where the request was at fault, without its key', async () => {
    const answer = await post('quoting');
    expect(answer.status).toBe(400);
    expect(answer.headers['x-switchyard-attempts']).toBe('1');
    const { error } = JSON.parse(answer.text) as { error: { message: string; code: string } };
    expect(error.code).toBe('invalid_request');
    expect(error.message).toContain('Your field is wrong');
    const record = await readRecord(stack, idOf(answer), OUR_KEY);
    expect(`${answer.text}${JSON.stringify(record)}`).not.toContain(PROVIDER_KEY);
  });

  journey('never brings the key into a log or a record', async () => {
    for (const [name, text] of await stack.logs()) expect([name, text.includes(PROVIDER_KEY)]).toEqual([name, false]);
    const [found] = await stack.query<{ entries: number }>(
      `SELECT count(*)::int AS entries FROM audit.entries WHERE body LIKE '%' || $1 || '%'`,
      [PROVIDER_KEY],
    );
    expect(found?.entries).toBe(0);
    expect(upstream.received.some(({ headers }) => headers.authorization === `Bearer ${PROVIDER_KEY}`)).toBe(true);
  });
});
