import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { startSimProvider, type SimProvider } from '#libs/simulation';
import { eventually } from '#libs/testing';
import OpenAI, { toFile } from 'openai';

import { journeyConfiguration, modelFields, OUR_KEY, PRICE } from './journey-configuration.js';
import { journeysOn } from './journey.js';
import { StackForTests } from './stack-for-tests.js';

const LINES = 40;
const PER_MINUTE = 300;
/** What is left to callers of a provider's limit. */
const KEPT_FOR_CALLERS = 0.05 * PER_MINUTE;
/** With the whole of the limit to begin with, the last of these have to wait for room. */
const PACED_LINES = PER_MINUTE + 10;

const BOUNDED_PER_MINUTE = 20;
/** A tenth is left to callers. */
const BOUNDED_CALLS = 18;
const BOUNDED_KEY = 'sk-bounded-5d1c2b3a4f5e6d7c';
const POOR_KEY = 'sk-poor-1a2b3c4d5e6f7a8b';

let limited: SimProvider;

let stack: StackForTests;
let openai: OpenAI;
const journey = journeysOn(() => stack);

beforeAll(async () => {
  const native = { native: 'allow', minLines: 2, minHours: 1, marginMinutes: 10 };
  const target = (model: string, provider: string) => ({
    name: model,
    targets: [{ provider, model: 'sim-small', price: { ...PRICE, batchDiscount: '0.5' }, batch: native }],
  });
  limited = await startSimProvider({
    key: 'sk-limited',
    latencyMilliseconds: 20,
    outputTokens: 20,
    requestsPerMinute: PER_MINUTE,
  });
  const providers = {
    quick: { kind: 'sim', batchSeconds: 0.5 },
    slow: { kind: 'sim', batchSeconds: 8 },
    limited: { kind: 'openai', baseUrl: limited.baseUrl, apiKey: 'sk-limited' },
    first: { kind: 'sim' },
    second: { kind: 'sim' },
  };
  const free = { provider: 'second', model: 'sim-small', price: { inputPerMillion: '0', outputPerMillion: '0' } };
  const configuration = journeyConfiguration(providers, [
    target('gpt-quick', 'quick'),
    target('gpt-slow', 'slow'),
    modelFields('gpt-limited', [{ provider: 'limited', model: 'sim-small' }]),
    modelFields('gpt-either', [
      { provider: 'first', model: 'sim-small' },
      { provider: 'second', model: 'sim-small' },
    ]),
    { name: 'gpt-free', targets: [free] },
  ]);
  const limits = { providers: { first: { requestsPerMinute: BOUNDED_PER_MINUTE } } };
  const budgets = [{ limitUsd: '0.000001', period: 'total', onExceeded: { downgrade: 'gpt-free' } }];
  const projects = [
    { name: 'bounded', limits, keys: [{ name: 'ci', key: BOUNDED_KEY }] },
    { name: 'poor', budgets, keys: [{ name: 'ci', key: POOR_KEY, models: ['gpt-either'] }] },
  ];
  const { organizations } = configuration as { organizations: object[] };
  stack = await StackForTests.start({
    ...configuration,
    organizations: [...organizations, { name: 'careful', projects }],
  });
  openai = clientOf(OUR_KEY);
}, 180_000);

afterAll(async () => {
  try {
    await stack?.stop();
  } finally {
    await limited?.close();
  }
}, 90_000);

const clientOf = (apiKey: string): OpenAI => new OpenAI({ apiKey, baseURL: `${stack.url}/v1`, maxRetries: 2 });

async function submit(model: string, lines = LINES, client = openai): Promise<string> {
  const line = (number: number) => ({
    custom_id: `line-${number}`,
    method: 'POST',
    url: '/v1/chat/completions',
    body: { model, messages: [{ role: 'user', content: `question ${number}` }], max_tokens: 20 },
  });
  const content = Array.from({ length: lines }, (_, index) => `${JSON.stringify(line(index))}\n`).join('');
  const file = await client.files.create({ file: await toFile(Buffer.from(content), 'in.jsonl'), purpose: 'batch' });
  const batch = await client.batches.create({
    input_file_id: file.id,
    endpoint: '/v1/chat/completions',
    completion_window: '24h',
  });
  return batch.id;
}

type OurBatch = OpenAI.Batch & { cost_usd: string; switchyard?: { native_lines: number; savings_usd: string } };

const read = async (id: string, client = openai): Promise<OurBatch> => (await client.batches.retrieve(id)) as OurBatch;

async function completed(id: string, lines = LINES, client = openai): Promise<OurBatch> {
  return eventually(
    async () => {
      const batch = await read(id, client);
      expect(batch).toMatchObject({ status: 'completed', request_counts: { completed: lines, failed: 0 } });
      return batch;
    },
    { withinMilliseconds: 30_000, everyMilliseconds: 100 },
  );
}

describe('lines that go to the batch API of a provider', () => {
  journey('cost half, and the saving is told', async () => {
    const batch = await completed(await submit('gpt-quick'));
    expect(batch.switchyard?.savings_usd).toBe(batch.cost_usd);
    expect(Number(batch.cost_usd)).toBeGreaterThan(0);
    const output = await (await openai.files.content(batch.output_file_id ?? '')).text();
    expect(output.trim().split('\n')).toHaveLength(LINES);
    const charged = await stack.query<{ count: string }>(
      `SELECT count(*) AS count FROM billing.charges WHERE request_id LIKE $1`,
      [`req_${batch.id.slice('batch_'.length)}_%`],
    );
    expect(charged).toEqual([{ count: String(LINES) }]);
  });

  journey(
    'outlast the death of every service that knows of them',
    async () => {
      const id = await submit('gpt-slow');
      await eventually(async () => expect((await read(id)).switchyard?.native_lines).toBe(LINES), {
        withinMilliseconds: 30_000,
      });
      const shown = (key: string) =>
        fetch(`${stack.url}/admin/v1/native-batches`, { headers: { authorization: `Bearer ${key}` } });
      expect((await shown(OUR_KEY)).status).toBe(403);
      expect(await (await shown(stack.adminKey)).json()).toMatchObject({
        data: [{ batch_id: id, provider: 'slow', lines: LINES, lines_at_provider: LINES }],
      });
      await stack.kill('jobs');
      await stack.kill('worker');
      const batch = await completed(id);
      expect(batch.switchyard).toEqual({ native_lines: 0, savings_usd: batch.cost_usd });
    },
    60_000,
  );
});

describe('a batch at a provider that says what is left of its limit', () => {
  journey(
    'is hardly ever refused, and leaves callers their part',
    async () => {
      const id = await submit('gpt-limited', PACED_LINES);
      const used = PER_MINUTE - KEPT_FOR_CALLERS;
      await eventually(() => expect(limited.calls().length).toBeGreaterThanOrEqual(used), {
        withinMilliseconds: 30_000,
      });
      const messages = [{ role: 'user' as const, content: 'Which track is free?' }];
      const calls = Array.from({ length: KEPT_FOR_CALLERS - 5 }, () =>
        openai.chat.completions.create({ model: 'gpt-limited', messages }, { maxRetries: 0 }),
      );
      await Promise.all(calls);
      expect((await read(id)).status).toBe('in_progress');
      await completed(id, PACED_LINES);
      const refused = limited.calls().filter(({ outcome }) => outcome === 'refused');
      expect(refused.length).toBeLessThanOrEqual(PACED_LINES / 100);
      expect(limited.calls()).toHaveLength(PACED_LINES + calls.length + refused.length);
    },
    60_000,
  );
});

describe('lines of a batch', () => {
  /** Who served them as which model, and how many. */
  const servedBy = (batchId: string) =>
    stack.query<{ provider: string; model: string; count: string; cost: string }>(
      `SELECT line.provider, charge.model, count(*) AS count, sum(charge.cost_nano_usd) AS cost
       FROM billing.charges charge JOIN billing.charge_lines line USING (request_id)
       WHERE charge.batch_id = $1 GROUP BY 1, 2 ORDER BY 1`,
      [batchId],
    );

  journey('go to other providers where one is at a limit of their project', async () => {
    const client = clientOf(BOUNDED_KEY);
    const id = await submit('gpt-either', LINES, client);
    await completed(id, LINES, client);
    expect(await servedBy(id)).toMatchObject([
      { provider: 'first', count: String(BOUNDED_CALLS) },
      { provider: 'second', count: String(LINES - BOUNDED_CALLS) },
    ]);
  });

  journey(
    'go on with the cheaper model of a budget that is spent, also for a key that is bound to others',
    async () => {
      const client = clientOf(POOR_KEY);
      const id = await submit('gpt-either', 3, client);
      await completed(id, 3, client);
      expect(await servedBy(id)).toEqual([{ provider: 'second', model: 'gpt-free', count: '3', cost: '0' }]);
    },
  );
});
