import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { metrics } from '#libs/telemetry';
import { createTestDatabase, type TestDatabase } from '#libs/testing';
import { JobsForTests } from '../jobs.fixture.js';
import { PlayedNats } from '../played-nats.fixture.js';
import { lineOfRequest } from '../keep-batch/batch-identifiers.policy.js';
import { MessageBatchesHandler } from '../keep-message-batch/message-batches.handler.js';
import { caller, inputLines, lineEnded } from '../line.fixture.js';
import { StoreResultsHandler } from '../store-results/store-results.handler.js';
import { AdvanceNativeHandler } from './advance-native.handler.js';
import { ListNativeController } from './list-native.controller.js';
import { MeasureNativeRunner } from './measure-native.runner.js';
import { NativeBatchRepository } from './native-batch.repository.js';
import { nativeSnapshot, PlayedWorker } from './native.fixture.js';
import { PlanNativeHandler } from './plan-native.handler.js';

const operator = { ...caller, organization: 'house', key: 'operator', admin: true };
const LINES = 5;

let database: TestDatabase;
let jobs: JobsForTests;
let worker: PlayedWorker;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  const nats = new PlayedNats();
  nats.snapshot = nativeSnapshot();
  worker = new PlayedWorker(nats);
  jobs = await JobsForTests.start(database.url, { nats, limits: { nativeBatchLines: 3 } });
});
afterEach(async () => {
  await jobs.query(`DELETE FROM jobs.native_batches`);
  await jobs.stop();
});

const list = (query: { isOpen: boolean; limit?: number; after?: string }) =>
  jobs.get(ListNativeController).list({ caller: operator, limit: 10, ...query });
const valueOf = (metric: { read(): object }, attributes: object): number => {
  const { points } = metric.read() as { points: { attributes: object; value: number }[] };
  return points.find((point) => JSON.stringify(point.attributes) === JSON.stringify(attributes))?.value ?? 0;
};

async function planned(): Promise<string> {
  const id = await jobs.create(inputLines(LINES));
  await jobs.advance(id);
  await jobs.get(PlanNativeHandler).settled();
  await jobs.dispatch();
  return id;
}

async function look(): Promise<void> {
  const natives = jobs.get(NativeBatchRepository);
  await jobs.query(`UPDATE jobs.native_batches SET look_at = now() - interval '1 second', lease_until = NULL`);
  for (const native of await natives.claim('looker', { most: 10, leaseMilliseconds: 10_000, except: [] })) {
    await jobs.get(AdvanceNativeHandler).advance(native, 'looker');
  }
}

/** Answers all lines but the first of each batch, for half of what they would have cost online. */
const answersMost = (id: string) => async (requestIds: readonly string[]) => {
  const answered = requestIds.slice(1);
  const events = answered.map((requestId) => {
    const event = lineEnded(id, lineOfRequest(requestId));
    const attempts = event.attempts.map((one) => ({ ...one, nativeBatch: { id: 'remote', onlineNanoUsd: '3000' } }));
    return { ...event, attempts };
  });
  await jobs.get(StoreResultsHandler).store(events);
  return answered;
};

describe('batches at providers', () => {
  it('are shown to operators, while they are open and after', async () => {
    const id = await planned();
    await look();
    const { data } = await list({ isOpen: true });
    expect(data.map(({ lines }) => lines).toSorted((one, other) => one - other)).toEqual([2, 3]);
    expect(data[0]).toMatchObject({
      batch_id: id,
      organization: 'demo',
      project: 'default',
      provider: 'vendor',
      model: 'vendor-small',
      state: 'running',
      remote_id: `remote-${data[0]?.id}`,
      lines_answered: 0,
      savings_usd: '0',
      ended_at: null,
    });
    expect(data[0]?.lines_at_provider).toBe(data[0]?.lines);
    worker.state = 'ended';
    worker.collect = answersMost(id);
    await look();
    await look();
    expect((await list({ isOpen: true })).data).toEqual([]);
    const all = (await list({ isOpen: false })).data;
    expect(all.map(({ state, lines_at_provider: there }) => [state, there])).toEqual([
      ['ended', 0],
      ['ended', 0],
    ]);
    expect(all.reduce((sum, one) => sum + one.lines_answered, 0)).toBe(3);
    expect(all.reduce((sum, one) => sum + Number(one.savings_usd), 0)).toBeCloseTo(4.5e-6, 12);
  });

  it('are shown in pages, the newest first, and none where there are none', async () => {
    expect(await list({ isOpen: false })).toEqual({ object: 'list', data: [], has_more: false });
    await planned();
    const first = await list({ isOpen: true, limit: 1 });
    expect(first).toMatchObject({ has_more: true, data: [{ state: 'planned', submitted_at: null }] });
    const rest = await list({ isOpen: true, limit: 1, after: first.data[0]?.id ?? '' });
    expect(rest.has_more).toBe(false);
    expect(rest.data).toHaveLength(1);
    expect(rest.data[0]?.id).not.toBe(first.data[0]?.id);
  });

  it('are counted for the metrics: those open, how they ended, what became of their lines, and what they saved', async () => {
    const id = await planned();
    const provider = 'vendor';
    const ended = () => valueOf(metrics.nativeBatches, { provider, outcome: 'ended' });
    const lines = (outcome: string) => valueOf(metrics.nativeLines, { provider, outcome });
    const saving = () => valueOf(metrics.batchSavingNanoUsd, { model: 'gpt-small' });
    const before = [ended(), lines('answered'), lines('returned'), saving()];
    await look();
    await jobs.get(MeasureNativeRunner).measure();
    expect(valueOf(metrics.nativeBatchesOpen, { provider })).toBe(2);
    expect(valueOf(metrics.nativeLinesOpen, { provider })).toBe(LINES);
    worker.state = 'ended';
    worker.collect = answersMost(id);
    await look();
    await look();
    await jobs.get(MeasureNativeRunner).measure();
    expect(valueOf(metrics.nativeBatchesOpen, { provider })).toBe(0);
    expect(valueOf(metrics.nativeLinesOpen, { provider })).toBe(0);
    const after = [ended(), lines('answered'), lines('returned'), saving()];
    expect(after.map((value, index) => value - (before[index] ?? 0))).toEqual([2, 3, 2, 4_500]);
  });

  it('tell what they saved in a batch of messages as well', async () => {
    const id = await planned();
    await look();
    worker.state = 'ended';
    worker.collect = answersMost(id);
    await look();
    await look();
    await jobs.query(`UPDATE jobs.batches SET endpoint = '/v1/messages' WHERE id = $1`, [id]);
    expect(await jobs.get(MessageBatchesHandler).read({ caller, id })).toMatchObject({
      type: 'message_batch',
      switchyard: { native_lines: 0, savings_usd: '0.0000045' },
    });
  });
});
