import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { eventually } from '#libs/testing';
import OpenAI, { toFile } from 'openai';

import { journeyConfiguration, OUR_KEY, PRICE } from './journey-configuration.js';
import { journeysOn } from './journey.js';
import { StackForTests } from './stack-for-tests.js';

const LINES = 40;

let stack: StackForTests;
let openai: OpenAI;
const journey = journeysOn(() => stack);

beforeAll(async () => {
  const native = { native: 'allow', minLines: 2, minHours: 1, marginMinutes: 10 };
  const target = (model: string, provider: string) => ({
    name: model,
    targets: [{ provider, model: 'sim-small', price: { ...PRICE, batchDiscount: '0.5' }, batch: native }],
  });
  stack = await StackForTests.start(
    journeyConfiguration({ quick: { kind: 'sim', batchSeconds: 0.5 }, slow: { kind: 'sim', batchSeconds: 4 } }, [
      target('gpt-quick', 'quick'),
      target('gpt-slow', 'slow'),
    ]),
  );
  openai = new OpenAI({ apiKey: OUR_KEY, baseURL: `${stack.url}/v1`, maxRetries: 2 });
}, 120_000);

afterAll(() => stack?.stop(), 60_000);

async function submit(model: string): Promise<string> {
  const line = (number: number) => ({
    custom_id: `line-${number}`,
    method: 'POST',
    url: '/v1/chat/completions',
    body: { model, messages: [{ role: 'user', content: `question ${number}` }], max_tokens: 20 },
  });
  const content = Array.from({ length: LINES }, (_, index) => `${JSON.stringify(line(index))}\n`).join('');
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

async function completed(id: string): Promise<OurBatch> {
  return eventually(
    async () => {
      const batch = await read(id);
      expect(batch).toMatchObject({ status: 'completed', request_counts: { completed: LINES, failed: 0 } });
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
