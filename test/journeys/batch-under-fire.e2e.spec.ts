import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { costOf } from '#libs/pricing';
import { startSimProvider, type SimProvider } from '#libs/simulation';
import { eventually } from '#libs/testing';
import OpenAI, { toFile } from 'openai';

import { readUnbrokenChain } from './audit-chain.js';
import { batchInput, customIdOf } from './batch-lines.js';
import { begin, call, readWhole } from './http-call.js';
import { journeyConfiguration, modelFields, OUR_KEY } from './journey-configuration.js';
import { journeysOn } from './journey.js';
import { inSeededOrder, newSeed } from './seeded-order.js';
import { countRecords, readRecord } from './request-record.js';
import { StackForTests, type ProcessName } from './stack-for-tests.js';

const LINES = 2_000;
const VICTIMS: readonly ProcessName[] = [
  'ingress',
  'router',
  'worker',
  'jobs',
  'billing',
  'audit',
  'control',
  'nats-server',
  'postgres',
];
const PRICES = { inputNanoUsdPerMillion: '400000000', outputNanoUsdPerMillion: '1600000000' };
/** Answers take as long as they are, so that the batch ends line by line and not in waves. */
const PACE = { latencyMilliseconds: 100, tokensPerSecond: 30 };
const ENDS_WITHIN_MILLISECONDS = 150_000;

interface OutputLine {
  readonly custom_id: string;
  readonly response: { status_code: number; request_id: string; body: OpenAI.ChatCompletion };
}

let upstream: SimProvider;
let stack: StackForTests;
let client: OpenAI;
const journey = journeysOn(() => stack);

beforeAll(async () => {
  upstream = await startSimProvider(PACE);
  const target = (model: string) => [{ provider: 'main', model }];
  stack = await StackForTests.start(
    journeyConfiguration({ main: { kind: 'openai', baseUrl: upstream.baseUrl, apiKey: 'sk-upstream-batch' } }, [
      modelFields('gpt-small', target('sim-small')),
      modelFields('stalling', target('sim-stall'), { idleMs: 60_000 }),
      modelFields('hanging', target('sim-hang'), { firstByteMs: 60_000 }),
    ]),
  );
  client = new OpenAI({ apiKey: OUR_KEY, baseURL: `${stack.url}/v1`, maxRetries: 0 });
}, 120_000);

afterAll(async () => {
  try {
    await stack?.stop();
  } finally {
    await upstream?.close();
  }
}, 60_000);

/** Kills every process once while answers come in; says how many calls were under way at each kill. */
async function killEachOnce(order: readonly ProcessName[]): Promise<number[]> {
  const inFlight: number[] = [];
  for (const [index, name] of order.entries()) {
    const threshold = Math.round(((index + 0.5) * LINES * 0.8) / order.length);
    const enough = (): void => expect(upstream.counters().answered).toBeGreaterThanOrEqual(threshold);
    await eventually(enough, { withinMilliseconds: 60_000 });
    inFlight.push(upstream.counters().inFlight);
    await stack.kill(name);
  }
  return inFlight;
}

describe('a batch under fire', () => {
  journey(
    'ends every line exactly once, charged once and recorded once',
    async () => {
      const seed = newSeed();
      const order = inSeededOrder(VICTIMS, seed);
      const startedAt = Date.now();
      const file = await client.files.create({
        file: await toFile(Buffer.from(await batchInput('gpt-small', LINES)), 'problems.jsonl'),
        purpose: 'batch',
      });
      const { id } = await client.batches.create({
        input_file_id: file.id,
        endpoint: '/v1/chat/completions',
        completion_window: '24h',
      });
      const inFlight = await killEachOnce(order);
      const killedAt = Date.now();
      const batch = await eventually(
        async () => {
          const found = await client.batches.retrieve(id);
          expect(await failuresOf(id)).toEqual([]);
          expect(found.status).toBe('completed');
          return found;
        },
        { withinMilliseconds: ENDS_WITHIN_MILLISECONDS, everyMilliseconds: 250 },
      );
      expect(batch.request_counts).toEqual({ total: LINES, completed: LINES, failed: 0 });

      const text = await (await client.files.content(batch.output_file_id ?? '')).text();
      const lines = text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as OutputLine);
      expect(lines).toHaveLength(LINES);
      expect(new Set(lines.map(({ custom_id: customId }) => customId))).toEqual(
        new Set(Array.from({ length: LINES }, (_, index) => customIdOf(index))),
      );
      const billed = lines.reduce((sum, { response }) => sum + costOfAnswer(response.body), 0n);
      await eventually(
        async () =>
          expect(await chargesOf(id)).toEqual({ charges: LINES, requests: LINES, nano_usd: String(billed), bad: 0 }),
        { withinMilliseconds: 30_000, everyMilliseconds: 250 },
      );
      const ids = new Set(lines.map(({ response }) => response.request_id));
      await eventually(
        async () => {
          const chain = await readUnbrokenChain(stack, 'demo');
          const recorded = chain.filter(({ requestId }) => ids.has(requestId)).map(({ requestId }) => requestId);
          expect(recorded).toHaveLength(LINES);
          expect(new Set(recorded)).toEqual(ids);
        },
        { withinMilliseconds: 30_000, everyMilliseconds: 250 },
      );
      const { calls } = upstream.counters();
      // Only a worker takes calls with it; a server that was killed may have forgotten who had what.
      const atStake = inFlight.filter((_, index) => ['worker', 'nats-server'].includes(order[index] ?? ''));
      process.stderr.write(
        `batch under fire: seed ${seed}, killed ${order.join(', ')}; ${calls - LINES} extra upstream calls ` +
          `(in flight at the kills: ${inFlight.join(', ')}); killing took ${killedAt - startedAt} ms, all ${Date.now() - startedAt} ms\n`,
      );
      expect(calls).toBeGreaterThanOrEqual(LINES);
      expect(calls - LINES).toBeLessThanOrEqual(atStake.reduce((sum, count) => sum + count, 0));
    },
    240_000,
  );
});

describe('a worker that dies', () => {
  journey(
    'leaves no caller hanging, and each call with one terminal event',
    async () => {
      await stack.untilReady();
      const post = (model: string, stream: boolean): ReturnType<typeof begin> =>
        begin(`${stack.url}/v1/chat/completions`, {
          key: OUR_KEY,
          body: { model, stream, messages: [{ role: 'user', content: `die ${model}` }] },
        });
      await eventually(() => expect(upstream.counters().inFlight).toBe(0), { withinMilliseconds: 20_000 });
      const hanging = post('hanging', false);
      const stream = await post('stalling', true);
      await eventually(() => expect(upstream.counters().inFlight).toBe(2));
      const killedAt = Date.now();
      const ended = Promise.all([hanging.then(readWhole), readWhole(stream)]);
      await stack.kill('worker');
      const [plain, broken] = await ended;
      expect(Date.now() - killedAt).toBeLessThan(20_000);

      expect([plain.status, JSON.parse(plain.text)]).toMatchObject([502, { error: { code: 'worker_lost' } }]);
      expect(broken.text).not.toContain('[DONE]');
      const last = broken.text.trimEnd().split('\n\n').at(-1) ?? '';
      expect(JSON.parse(last.slice('data: '.length))).toMatchObject({ error: { code: 'worker_lost' } });
      for (const { headers } of [plain, broken]) {
        const record = await readRecord(stack, String(headers['x-request-id']), OUR_KEY);
        expect(record).toMatchObject({ outcome: 'failed', error: { class: 'worker_lost' } });
        expect(await countRecords(stack, record.id)).toEqual({ charges: 1, entries: 1 });
      }
      await stack.untilReady();
      const next = await call(`${stack.url}/v1/chat/completions`, {
        key: OUR_KEY,
        body: { model: 'gpt-small', messages: [{ role: 'user', content: 'is anybody there again?' }] },
      });
      expect(next.status).toBe(200);
    },
    60_000,
  );
});

function costOfAnswer({ usage }: OpenAI.ChatCompletion): bigint {
  return costOf({ promptTokens: usage?.prompt_tokens ?? -1, completionTokens: usage?.completion_tokens ?? -1 }, PRICES);
}

async function chargesOf(batchId: string): Promise<object | undefined> {
  const [row] = await stack.query(
    `SELECT count(*)::int AS charges, count(DISTINCT request_id)::int AS requests,
       coalesce(sum(cost_nano_usd), 0)::text AS nano_usd, count(*) FILTER (WHERE outcome <> 'completed')::int AS bad
     FROM billing.charges WHERE batch_id = $1`,
    [batchId],
  );
  return row;
}

/** Why lines of the batch failed, each reason once. */
async function failuresOf(batchId: string): Promise<string[]> {
  const rows = await stack.query<{ reason: string }>(
    `SELECT DISTINCT body::json #>> '{error,message}' AS reason FROM audit.entries
     WHERE body::json #>> '{job,batchId}' = $1 AND type <> 'request.completed'`,
    [batchId],
  );
  return rows.map(({ reason }) => reason);
}
