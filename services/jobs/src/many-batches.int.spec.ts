import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SnapshotWatch } from '#libs/messaging';
import { createTestDatabase, type TestDatabase } from '#libs/testing';
import { BatchLeaseRepository } from './advance-batches/batch-lease.repository.js';
import { JobsForTests } from './jobs.fixture.js';
import { caller, inputLines, lineEnded } from './line.fixture.js';
import { StoreResultsHandler } from './store-results/store-results.handler.js';

const limits = { publishWindowLines: 40, publishStepLines: 5, batchesAtOnce: 2, stopGraceMilliseconds: 10 };
const never = new Promise<never>(() => undefined);
let database: TestDatabase;
let jobs: JobsForTests;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const linesOf = (id: string): number =>
  jobs.nats.published.filter(({ requestId }) => requestId.startsWith(`req_${id.slice(6)}_`)).length;

describe('batches of several projects', () => {
  beforeEach(async () => {
    jobs = await JobsForTests.start(database.url, { limits });
  });
  afterEach(() => jobs.stop());

  it('share the window of their model, and one that comes later gets its part as lines end', async () => {
    const owners = ['first', 'second', 'third', 'fourth'].map((project) => ({ ...caller, project }));
    const ids = await Promise.all(owners.map((owner) => jobs.create(inputLines(30), owner)));
    for (const id of ids) await jobs.validate(id);
    await jobs.dispatch();
    expect(ids.map(linesOf)).toEqual([10, 10, 10, 10]);
    const late = await jobs.create(inputLines(3), { ...caller, project: 'late' });
    await jobs.validate(late);
    await jobs.dispatch();
    expect(linesOf(late)).toBe(0);
    const [id = ''] = ids;
    const ended = Array.from({ length: 10 }, (_, index) => lineEnded(id, index + 1, { project: 'first' }));
    await jobs.get(StoreResultsHandler).store(ended);
    await jobs.dispatch();

    expect([late, ...ids].map(linesOf)).toEqual([2, 12, 12, 12, 12]);
  });
});

describe('the claim of batches', () => {
  beforeEach(async () => {
    jobs = await JobsForTests.start(database.url, { limits });
  });
  afterEach(() => jobs.stop());

  it('takes new batches first, then the one given back the longest time ago, and none that waits for its lines', async () => {
    await jobs.query(`UPDATE jobs.batches SET status = 'failed'`);
    const [full, first, second] = [
      await jobs.create(inputLines(30)),
      await jobs.create(inputLines(1)),
      await jobs.create(inputLines(1)),
    ];
    await jobs.advance(full);
    const leases = jobs.get(BatchLeaseRepository);
    const claim = async () => {
      const how = { most: 1, leaseMilliseconds: 60_000, except: [] };
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
    expect(linesOf(full)).toBe(30);
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
    const [row] = await jobs.query('SELECT published_lines AS published FROM jobs.batches WHERE id = $1', [id]);
    expect(row).toEqual({ published: 0 });
  });
});
