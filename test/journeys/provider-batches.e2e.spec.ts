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
    slow: { kind: 'sim', batchSeconds: 4 },
    limited: { kind: 'openai', baseUrl: limited.baseUrl, apiKey: 'sk-limited' },
  };
  stack = await StackForTests.start(
    journeyConfiguration(providers, [
      target('gpt-quick', 'quick'),
      target('gpt-slow', 'slow'),
      modelFields('gpt-limited', [{ provider: 'limited', model: 'sim-small' }]),
    ]),
  );
  openai = new OpenAI({ apiKey: OUR_KEY, baseURL: `${stack.url}/v1`, maxRetries: 2 });
}, 120_000);

afterAll(async () => {
  try {
    await stack?.stop();
  } finally {
    await limited?.close();
  }
}, 60_000);

async function submit(model: string, lines = LINES): Promise<string> {
  const line = (number: number) => ({
    custom_id: `line-${number}`,
    method: 'POST',
    url: '/v1/chat/completions',
    body: { model, messages: [{ role: 'user', content: `question ${number}` }], max_tokens: 20 },
  });
  const content = Array.from({ length: lines }, (_, index) => `${JSON.stringify(line(index))}\n`).join('');
  const file = await openai.files.create({ file: await toFile(Buffer.from(content), 'in.jsonl'), purpose: 'batch' });
  const batch = await openai.batches.create({
    input_file_id: file.id,
    endpoint: '/v1/chat/completions',
    completion_window: '24h',
  });
  return batch.id;
}

type OurBatch = OpenAI.Batch & { cost_usd: string; switchyard?: { native_lines: number; savings_usd: string } };

const read = async (id: string): Promise<OurBatch> => (await openai.batches.retrieve(id)) as OurBatch;

async function completed(id: string, lines = LINES): Promise<OurBatch> {
  return eventually(
    async () => {
      const batch = await read(id);
      expect(batch).toMatchObject({ status: 'completed', request_counts: { completed: lines, failed: 0 } });
      return batch;
    },
    { withinMilliseconds: 25_000, everyMilliseconds: 100 },
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
        withinMilliseconds: 15_000,
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
