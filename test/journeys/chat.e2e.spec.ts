import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import OpenAI from 'openai';
import { costOf, formatUsd } from '#libs/pricing';
import { eventually } from '#libs/testing';

import { readUnbrokenChain } from './audit-chain.js';
import { call, type HttpAnswer } from './http-call.js';
import { journeyConfiguration, modelFields, OUR_KEY, THEIR_KEY } from './journey-configuration.js';
import { journeysOn } from './journey.js';
import { readRecord } from './request-record.js';
import { StackForTests } from './stack-for-tests.js';
import { startUpstream, type Upstream } from './upstream.js';

const PRICES = {
  inputNanoUsdPerMillion: '400000000',
  cachedInputNanoUsdPerMillion: '100000000',
  outputNanoUsdPerMillion: '1600000000',
};
const MEBIBYTE = 1024 ** 2;
const UNICODE = 'Zoë schreibt „größer“ — 漢字, עברית, 👩‍🚀, \u2028 and \\u0000 too';

let upstream: Upstream;
let stack: StackForTests;
let client: OpenAI;
const journey = journeysOn(() => stack);

const ask = (content: string) => ({ model: 'gpt-small', messages: [{ role: 'user' as const, content }] });
const post = (body: string | Buffer | object, key = OUR_KEY): Promise<HttpAnswer> =>
  call(`${stack.url}/v1/chat/completions`, { key, body });
const idOf = ({ headers }: { headers: HttpAnswer['headers'] }): string => String(headers['x-request-id']);

beforeAll(async () => {
  upstream = await startUpstream();
  stack = await StackForTests.start(
    journeyConfiguration({ main: { kind: 'openai', baseUrl: upstream.baseUrl, apiKey: 'sk-upstream-chat' } }, [
      modelFields('gpt-small', [
        { provider: 'main', model: 'sim-small' },
        { provider: 'main', model: 'sim-large' },
      ]),
      modelFields('foreign-names', [{ provider: 'main', model: 'sim-small-模型' }]),
    ]),
  );
  client = new OpenAI({ apiKey: OUR_KEY, baseURL: `${stack.url}/v1`, maxRetries: 0 });
}, 180_000);

afterAll(async () => {
  try {
    await stack?.stop();
  } finally {
    await upstream?.close();
  }
}, 90_000);

describe('the official client', () => {
  journey('gets a plain answer with headers that say how it came about', async () => {
    const { data, response } = await client.chat.completions.create(ask('What is a switchyard?')).withResponse();
    expect(data.choices[0]?.message.content).toEqual(expect.any(String));
    const usage = data.usage;
    expect(response.headers.get('x-request-id')).toMatch(/^req_[0-9a-f]{32}$/);
    expect(response.headers.get('x-switchyard-provider')).toBe('main');
    expect(response.headers.get('x-switchyard-model')).toBe('sim-small');
    expect(response.headers.get('x-switchyard-attempts')).toBe('1');
    const cost = costOf(
      { promptTokens: usage?.prompt_tokens ?? -1, completionTokens: usage?.completion_tokens ?? -1 },
      PRICES,
    );
    expect(response.headers.get('x-switchyard-cost-usd')).toBe(formatUsd(cost));
  });

  for (const includesUsage of [false, true]) {
    journey(`gets a stream ${includesUsage ? 'with' : 'without'} usage whose text is the plain answer`, async () => {
      const prompt = 'Tell me of the seven bridges of Königsberg.';
      const plain = await client.chat.completions.create(ask(prompt));
      const stream = await client.chat.completions.create({
        ...ask(prompt),
        stream: true,
        ...(includesUsage ? { stream_options: { include_usage: true } } : {}),
      });
      let text = '';
      const usages = [];
      for await (const chunk of stream) {
        text += chunk.choices[0]?.delta.content ?? '';
        if (chunk.usage) usages.push(chunk.usage);
      }
      expect(text).toBe(plain.choices[0]?.message.content);
      expect(usages).toEqual(includesUsage ? [plain.usage] : []);
    });
  }

  journey('lists the models and reads one', async () => {
    const page = await client.models.list();
    expect(page.data.map(({ id }) => id)).toEqual(['gpt-small', 'foreign-names']);
    expect((await client.models.retrieve('gpt-small')).owned_by).toBe('switchyard');
    await expect(client.models.retrieve('gpt-unknown')).rejects.toMatchObject({ status: 404, code: 'model_not_found' });
  });
});

describe('a call', () => {
  journey('ends a stream with its cost in a trailer', async () => {
    const answer = await post({ ...ask('trailer'), stream: true });
    expect(answer.headers['content-type']).toMatch(/^text\/event-stream/);
    expect(answer.headers['x-switchyard-cost-usd']).toBeUndefined();
    expect(answer.text.trimEnd().endsWith('data: [DONE]')).toBe(true);
    const record = await readRecord(stack, idOf(answer), OUR_KEY);
    expect(answer.trailers['x-switchyard-cost-usd']).toBe(record.cost?.usd);
    expect(BigInt(record.cost?.nano_usd ?? 0)).toBeGreaterThan(0n);
  });

  journey('leaves a record with decision, attempts, usage, cost and timings', async () => {
    const answer = await post({ ...ask('for the record'), user: 'end-user-7' });
    const { usage } = JSON.parse(answer.text) as OpenAI.ChatCompletion;
    const record = await readRecord(stack, idOf(answer), OUR_KEY);
    expect(record).toMatchObject({
      outcome: 'completed',
      organization: 'demo',
      model: 'gpt-small',
      user: 'end-user-7',
    });
    expect(record.decision?.candidates).toEqual([
      {
        provider: 'main',
        model: 'sim-small',
        outcome: 'planned',
        rank: 0,
        reason: expect.stringContaining('priority 1'),
      },
      {
        provider: 'main',
        model: 'sim-large',
        outcome: 'planned',
        rank: 1,
        reason: expect.stringContaining('priority 2'),
      },
    ]);
    expect(record.attempts).toHaveLength(1);
    expect(record.attempts[0]).toMatchObject({ outcome: 'succeeded', status: 200, usage: { basis: 'provider' } });
    expect(record.usage).toMatchObject({
      prompt_tokens: usage?.prompt_tokens,
      completion_tokens: usage?.completion_tokens,
    });
    expect(record.cost?.usd).toBe(answer.headers['x-switchyard-cost-usd']);
    expect(Date.parse(record.timings.ended_at)).toBeGreaterThanOrEqual(Date.parse(record.timings.received_at));
    expect(record.timings.first_byte_ms).toBeLessThan(record.timings.total_ms + 1);
  });

  journey('reaches the provider byte for byte but for the model and the stream options', async () => {
    const before =
      '{ "temperature":1.0e0 ,\n\t"x_unknown" : {"deep":[1, 2.50,"\\u00e9é"],"model":"inner"},\n "model" : ';
    const after =
      ',"messages":[{"role":"user","content":"bytes \\/ kept","x_name":null}] ,"seed":12345678901234567890 }';
    await post(`${before}"gpt-small"${after}`);
    expect(upstream.received.at(-1)?.body.toString()).toBe(`${before}"sim-small"${after}`);

    const options = '"stream_options": {"include_usage":false,"x":1}';
    await post(`${before}"gpt-small","stream":true,${options}${after}`);
    expect(upstream.received.at(-1)?.body.toString()).toBe(
      `${before}"sim-small","stream":true,"stream_options": {"include_usage":true,"x":1}${after}`,
    );
  });

  journey('carries unicode there and back unchanged', async () => {
    const { usage } = await client.chat.completions.create({ ...ask(UNICODE), user: UNICODE });
    expect(usage?.prompt_tokens).toBeGreaterThan(0);
    expect(JSON.parse(String(upstream.received.at(-1)?.body))).toMatchObject({ messages: [{ content: UNICODE }] });
  });

  journey('takes a prompt too large for a message by claim check', async () => {
    const content = 'A train leaves Zürich at nine. '.repeat(MEBIBYTE / 30);
    const answer = await post(ask(content));
    expect(answer.status).toBe(200);
    expect(JSON.parse(String(upstream.received.at(-1)?.body))).toMatchObject({ messages: [{ content }] });
    expect((await readRecord(stack, idOf(answer), OUR_KEY)).outcome).toBe('completed');
  });

  journey('tells in its headers of a model whose name HTTP could not carry', async () => {
    const answer = await post({ ...ask('names'), model: 'foreign-names' });
    expect(answer.status).toBe(502);
    expect(answer.headers['x-switchyard-model']).toBe(encodeURIComponent('sim-small-模型'));
    expect(JSON.parse(answer.text)).toMatchObject({ error: { code: 'provider_model_not_found' } });
  });
});

describe('the records', () => {
  journey('sum usage up by model, project, key and day, exactly as charged', async () => {
    const answer = await post(ask('to be summed up'));
    await readRecord(stack, idOf(answer), OUR_KEY);
    // What was asked before is charged a moment later.
    await eventually(async () => {
      const [charged] = await stack.query<{ requests: number; cost: string }>(
        `SELECT count(*)::int AS requests, sum(cost_nano_usd)::text AS cost FROM billing.charges WHERE organization = 'demo'`,
      );
      const groups = { model: 'gpt-small', project: 'default', key: 'ci', day: new Date().toISOString().slice(0, 10) };
      for (const [group, name] of Object.entries(groups)) {
        const { text } = await call(`${stack.url}/v1/usage?group_by=${group}`, { key: OUR_KEY });
        const { data } = JSON.parse(text) as {
          data: (Record<string, unknown> & { requests: number; cost_nano_usd: string })[];
        };
        expect(data.map((row) => row[group])).toContain(name);
        expect(data.reduce((sum, row) => sum + row.requests, 0)).toBe(charged?.requests);
        expect(String(data.reduce((sum, row) => sum + BigInt(row.cost_nano_usd), 0n))).toBe(charged?.cost);
      }
    });
  });

  journey('hold the trail in an unbroken log, the same by the API as in the database', async () => {
    const chain = await eventually(async () => {
      const entries = (await readUnbrokenChain(stack, 'demo')).filter(({ requestId }) => requestId.startsWith('req_'));
      expect(entries.length).toBe(upstream.received.length);
      return entries;
    });
    const seen: { sequence: number; requestId: string; hash: string }[] = [];
    for (let after: number | null = -1; after !== null;) {
      const { text } = await call(`${stack.url}/v1/audit/events?limit=5&after=${after}`, { key: OUR_KEY });
      const page = JSON.parse(text) as {
        data: { sequence: number; hash: string; event?: { requestId: string } }[];
        has_more: boolean;
        next_after: number;
      };
      for (const { sequence, hash, event } of page.data) {
        if (event) seen.push({ sequence, requestId: event.requestId, hash });
      }
      after = page.has_more ? page.next_after : null;
    }
    expect(seen).toEqual(chain);
  });

  journey('are hidden from another organization', async () => {
    const answer = await post(ask('ours alone'));
    await readRecord(stack, idOf(answer), OUR_KEY);
    const asTheirs = (path: string): Promise<HttpAnswer> => call(`${stack.url}/v1/${path}`, { key: THEIR_KEY });
    expect((await asTheirs(`requests/${idOf(answer)}`)).status).toBe(404);
    expect(JSON.parse((await asTheirs('usage')).text)).toMatchObject({ data: [] });
    const { data } = JSON.parse((await asTheirs('audit/events')).text) as { data: { type: string; event?: object }[] };
    expect(data.map(({ type }) => type)).toContain('audit-trail.read');
    expect(data.filter(({ event }) => event)).toEqual([]);
    expect((await asTheirs('audit/events?organization=demo')).status).toBe(403);
    const asAdmin = await call(`${stack.url}/v1/requests/${idOf(answer)}`, { key: stack.adminKey });
    expect(asAdmin.status).toBe(200);
  });
});
