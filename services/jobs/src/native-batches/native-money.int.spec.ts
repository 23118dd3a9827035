import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Subject, type Facts, type HoldPlace } from '#libs/contracts';
import { createTestDatabase, type TestDatabase } from '#libs/testing';
import { JobsForTests } from '../jobs.fixture.js';
import { lineOfRequest } from '../keep-batch/batch-identifiers.policy.js';
import { inputLines } from '../line.fixture.js';
import { PlayedNats } from '../played-nats.fixture.js';
import { AdvanceNativeHandler } from './advance-native.handler.js';
import { NativeBatchRepository } from './native-batch.repository.js';
import { nativeSnapshot, PlayedWorker } from './native.fixture.js';
import { PlanNativeHandler } from './plan-native.handler.js';

const LINES = 6;
let database: TestDatabase;
let jobs: JobsForTests;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
afterEach(() => jobs.stop());

/** A batch whose lines are planned for a provider. */
async function planned(): Promise<string> {
  const id = await jobs.create(inputLines(LINES));
  await jobs.advance(id);
  await jobs.get(PlanNativeHandler).settled();
  return id;
}

/** Looks once at every batch at a provider. */
async function look(): Promise<void> {
  const natives = jobs.get(NativeBatchRepository);
  await jobs.query(`UPDATE jobs.native_batches SET look_at = now() - interval '1 second', lease_until = NULL`);
  for (const native of await natives.claim('looker', { most: 10, leaseMilliseconds: 10_000, except: [] }))
    await natives.release('looker', native.id, await jobs.get(AdvanceNativeHandler).advance(native, 'looker'));
}

describe('a budget that leads to a cheaper model', () => {
  it('lets lines that are planned for a provider go online as that once it is spent, also after a crash', async () => {
    const nats = new PlayedNats();
    const worker = new PlayedWorker(nats);
    const free = { version: 'price_0000000000000003', inputNanoUsdPerMillion: '1', outputNanoUsdPerMillion: '1' };
    const { models, ...rest } = nativeSnapshot() as { models: [{ targets: object[] }] };
    const cheap = { ...models[0], name: 'gpt-cheap', targets: [{ ...models[0].targets[0], price: free }] };
    const budget = { id: 'b', organization: 'demo', limitNanoUsd: '9', period: 'month', timeZone: 'UTC', alertAt: [] };
    const onExceeded = { kind: 'downgrade', model: 'gpt-cheap' };
    nats.snapshot = { ...rest, models: [...models, cheap], budgets: [{ ...budget, onExceeded }] };
    const held = new Set<string>();
    const { answer } = nats;
    nats.answer = (subject, query) => {
      if (subject !== Subject.holdPlace) return answer(subject, query);
      const { requests } = query as HoldPlace;
      // Two fit as they are; and billing knows a hold by its request, and holds nothing twice.
      const isFull = ({ requestId, nanoUsd }: (typeof requests)[number]): boolean =>
        !held.has(requestId) && held.size >= 2 && nanoUsd !== '2' && nanoUsd !== '1';
      for (const [placed, request] of requests.entries()) {
        if (isFull(request)) return { placed, short: { budget: 'b', subject: '', unspentNanoUsd: '0' } };
        held.add(request.requestId);
      }
      return { placed: requests.length };
    };
    jobs = await JobsForTests.start(database.url, { nats, limits: { nativeBatchLines: 4 } });
    const id = await planned();
    const natives = jobs.get(NativeBatchRepository);
    const giveBack = jest.spyOn(natives, 'giveBack').mockRejectedValueOnce(new Error('killed'));
    await expect(look()).rejects.toThrow('killed');
    giveBack.mockRestore();
    await look();
    const there = [...worker.submitted.values()].flat().map(lineOfRequest);
    expect(there).toHaveLength(2);
    await jobs.dispatch();
    const online = nats.published.map(({ headers }) => JSON.parse(headers['Switchyard-Facts'] ?? '{}') as Facts);
    expect(online.map(({ model, downgradedFrom }) => `${model} for ${downgradedFrom}`)).toEqual(
      Array<string>(4).fill('gpt-cheap for gpt-small'),
    );
    expect([...there, ...nats.lines()].toSorted((one, other) => one - other)).toEqual([1, 2, 3, 4, 5, 6]);
    const states = await jobs.query(`SELECT state FROM jobs.native_batches WHERE batch_id = $1 ORDER BY state`, [id]);
    expect(states).toEqual([{ state: 'cancelled' }, { state: 'running' }]);
  });
});
