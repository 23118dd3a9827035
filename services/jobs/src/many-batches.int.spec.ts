import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SnapshotWatch } from '#libs/messaging';
import { createTestDatabase, eventually, type TestDatabase } from '#libs/testing';
import { BatchLeaseRepository } from './advance-batches/batch-lease.repository.js';
import { CancelBatchHandler } from './cancel-batch/cancel-batch.handler.js';
import { JobsForTests } from './jobs.fixture.js';
import { caller, inputLines } from './line.fixture.js';

const limits = { publishWindowLines: 10, publishStepLines: 5, batchesAtOnce: 2, stopGraceMilliseconds: 10 };
const never = new Promise<never>(() => undefined);
let database: TestDatabase;
let jobs: JobsForTests;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const linesOf = (id: string): number =>
  jobs.nats.published.filter(({ messageId }) => messageId?.startsWith(`req_${id.slice(6)}_`)).length;

describe('more batches than one process works on at once', () => {
  beforeEach(async () => {
    jobs = await JobsForTests.start(database.url, { isRunning: true, limits });
  });
  afterEach(() => jobs.stop());

  it('are published while older ones wait with a full window, or to be cancelled', async () => {
    const waiting = [await jobs.create(inputLines(30)), await jobs.create(inputLines(30))];
    const cancelled = [await jobs.create(inputLines(30)), await jobs.create(inputLines(30))];
    await eventually(() => expect([...waiting, ...cancelled].map(linesOf)).toEqual([10, 10, 10, 10]));
    for (const id of cancelled) await jobs.get(CancelBatchHandler).cancel({ caller, id });
    const id = await jobs.create(inputLines(3));

    await eventually(() => expect(linesOf(id)).toBe(3));
  });
});

describe('the claim of batches', () => {
  beforeEach(async () => {
    jobs = await JobsForTests.start(database.url, { limits });
  });
  afterEach(() => jobs.stop());

  it('takes new batches first, then the one given back the longest time ago, and none with a full window', async () => {
    await jobs.query(`UPDATE jobs.batches SET status = 'failed'`);
    const [full, first, second] = [
      await jobs.create(inputLines(30)),
      await jobs.create(inputLines(1)),
      await jobs.create(inputLines(1)),
    ];
    await jobs.advance(full);
    const leases = jobs.get(BatchLeaseRepository);
    const claim = async () => {
      const how = { most: 1, leaseMilliseconds: 60_000, publishWindowLines: 10, except: [] };
      const ids = await leases.claim('test', how);
      for (const id of ids) await leases.release('test', id, -1);
      return ids;
    };

    expect([await claim(), await claim(), await claim(), await claim()]).toEqual([
      [first],
      [second],
      [first],
      [second],
    ]);
    expect(linesOf(full)).toBe(10);
  });
});

describe('a process that stops while NATS cannot be reached', () => {
  beforeEach(async () => {
    jobs = await JobsForTests.start(database.url, { limits });
  });
  afterEach(() => jobs.stop());

  it('leaves a batch that waits for the first configuration', async () => {
    const id = await jobs.create(inputLines(3));
    Object.assign(jobs.get(SnapshotWatch), { ready: never });
    const stopping = new AbortController();
    const work = jobs.advance(id, 'test', stopping.signal);
    stopping.abort(new Error('stopped'));

    await expect(work).rejects.toThrow('stopped');
  });

  it('leaves lines that the stream does not acknowledge', async () => {
    const id = await jobs.create(inputLines(3));
    const stopping = new AbortController();
    jobs.nats.beforeStored = () => {
      stopping.abort(new Error('stopped'));
      return never;
    };

    await expect(jobs.advance(id, 'test', stopping.signal)).rejects.toThrow('stopped');
  });
});
