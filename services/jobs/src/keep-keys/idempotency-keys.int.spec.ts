import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { BatchCreate, FileCreate } from '#libs/contracts';
import { createTestDatabase, type TestDatabase } from '#libs/testing';
import { CreateBatchHandler } from '../create-batch/create-batch.handler.js';
import { JobCountRepository } from '../create-job/job-count.repository.js';
import { DropJobsRepository } from '../expire-jobs/drop-jobs.repository.js';
import { askForJob, endOf } from '../job.fixture.js';
import { JobsForTests } from '../jobs.fixture.js';
import { caller, inputLines } from '../line.fixture.js';
import { StoreFileHandler } from '../store-file/store-file.handler.js';
import { StoreResultsHandler } from '../store-results/store-results.handler.js';
import { MessageBatchesHandler } from '../keep-message-batch/message-batches.handler.js';
import { IdempotencyKeyRepository } from './idempotency-key.repository.js';

const AT_ONCE = 50;

let database: TestDatabase;
let jobs: JobsForTests;
let request: BatchCreate;

beforeAll(async () => {
  database = await createTestDatabase();
  jobs = await JobsForTests.start(database.url);
  const { id: fileId } = await jobs.upload(inputLines(2));
  request = {
    caller,
    input: { fileId },
    endpoint: '/v1/chat/completions',
    completionWindow: '24h',
    metadata: null,
    outputExpiresAfterSeconds: null,
  };
});
afterAll(async () => {
  await jobs.stop();
  await database.drop();
});

const create = (idempotencyKey: string, changes: Partial<BatchCreate> = {}) =>
  jobs.get(CreateBatchHandler).create({ ...request, idempotencyKey, ...changes });

const batches = async (): Promise<number> =>
  (await jobs.query<{ count: number }>('SELECT count(*)::int AS count FROM jobs.batches'))[0]?.count ?? 0;

describe('an idempotency key of what Postgres keeps', () => {
  it('makes one batch of fifty requests at once', async () => {
    const before = await batches();
    const made = await Promise.all(Array.from({ length: AT_ONCE }, () => create('at-once')));

    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect(made.filter(({ replayed }) => replayed)).toHaveLength(AT_ONCE - 1);
    expect(await batches()).toBe(before + 1);
  });

  it('is refused for another request, and is of its API key alone', async () => {
    const first = await create('other');
    await expect(create('other', { metadata: { a: 'b' } })).rejects.toMatchObject({
      reply: { status: 422, code: 'idempotency_key_reused' },
    });
    const foreign = await create('other', { caller: { ...caller, key: 'another' } });

    expect(foreign.id).not.toBe(first.id);
  });

  it('is free after a request that was refused, and again after a day', async () => {
    await expect(create('mended', { input: { fileId: 'file-nowhere' } })).rejects.toMatchObject({
      reply: { status: 404 },
    });
    const first = await create('mended');
    await jobs.query(`UPDATE jobs.idempotency_keys SET created_at = now() - interval '25 hours'`);
    const later = await create('mended', { metadata: { day: 'next' } });

    expect(later.id).not.toBe(first.id);
  });

  it('gives the batch again also when its input is gone', async () => {
    const first = await create('gone');
    await jobs.query(`UPDATE jobs.files SET deleted_at = now()`);
    const again = await create('gone');
    await jobs.query(`UPDATE jobs.files SET deleted_at = NULL`);

    expect(again.id).toBe(first.id);
  });

  it('knows an input that comes with the batch by its bytes, and makes one file of it, or none', async () => {
    const names = async (): Promise<string[]> => {
      const rows = await jobs.query<{ id: string }>(`SELECT id FROM jobs.files WHERE filename = 'requests.jsonl'`);
      return rows.map(({ id }) => id);
    };
    const stored = { blobKey: 'files/first', bytes: 3, sha256: 'a'.repeat(64) };
    await expect(create('inline', { input: stored, endpoint: '/v1/nothing' })).rejects.toMatchObject({
      reply: { status: 400 },
    });
    const tooMuch = { ...stored, bytes: Number.MAX_SAFE_INTEGER };
    await expect(create('inline', { input: tooMuch })).rejects.toMatchObject({ reply: { status: 413 } });
    expect(await names()).toEqual([]);
    const first = await create('inline', { input: stored });
    const again = await create('inline', { input: { ...stored, blobKey: 'files/second' } });
    expect([again.id, again.replayed]).toEqual([first.id, true]);
    expect(await names()).toEqual([first.input_file_id]);
    await expect(create('inline', { input: { ...stored, sha256: 'b'.repeat(64) } })).rejects.toMatchObject({
      reply: { status: 422 },
    });
  });

  it('makes one file of the same bytes', async () => {
    const stored: FileCreate = {
      caller,
      filename: 'in.jsonl',
      purpose: 'batch',
      bytes: 3,
      sha256: 'ab',
      blobKey: 'files/1',
      expiresAfterSeconds: null,
      idempotencyKey: 'upload',
    };
    const store = (changes: Partial<FileCreate>) => jobs.get(StoreFileHandler).create({ ...stored, ...changes });
    const [first, again] = [await store({}), await store({ blobKey: 'files/2' })];

    expect(again).toEqual({ ...first, replayed: true });
    expect(first.replayed).toBeUndefined();
    await expect(store({ sha256: 'cd' })).rejects.toMatchObject({ reply: { status: 422 } });
  });

  it('makes one batch of messages of the same requests, and keeps its own input', async () => {
    const stored = { caller, blobKey: 'files/m1', bytes: 9, sha256: 'ab', requests: 2, idempotencyKey: 'messages' };
    const make = (changes: object) => jobs.get(MessageBatchesHandler).create({ ...stored, ...changes });
    const made = await Promise.all(Array.from({ length: 10 }, (_, index) => make({ blobKey: `files/m${index}` })));

    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect(made.filter(({ replayed }) => replayed)).toHaveLength(9);
    const files = await jobs.query(`SELECT 1 FROM jobs.files WHERE blob_key LIKE 'files/m%'`);
    expect(files).toHaveLength(1);
    await expect(make({ sha256: 'cd' })).rejects.toMatchObject({ reply: { status: 422 } });
  });

  it('gives a job again also when its time is over and the project has as many as it may', async () => {
    const runAt = Date.now() + 60_000;
    const first = await askForJob(jobs, { idempotencyKey: 'scheduled', runAt });
    await jobs.query(`UPDATE jobs.jobs SET run_at = now() - interval '1 hour'`);
    const clock = jest.spyOn(Date, 'now').mockReturnValue(runAt + 3_600_000);
    const full = jest.spyOn(jobs.get(JobCountRepository), 'unended').mockResolvedValue(1_000_000);
    try {
      const again = await askForJob(jobs, { idempotencyKey: 'scheduled', runAt });
      expect(again).toMatchObject({ id: first.id, replayed: true });
      const other = { model: 'gpt-small', messages: [{ role: 'user' as const, content: 'another question' }] };
      await expect(askForJob(jobs, { idempotencyKey: 'scheduled', runAt, body: other })).rejects.toMatchObject({
        reply: { status: 422 },
      });
    } finally {
      clock.mockRestore();
      full.mockRestore();
    }
  });

  it('makes one job of requests at once, also where a day ends between them', async () => {
    const days = Array.from({ length: 10 }, (_, index) => index % 2);
    const made = await Promise.all(days.map((day) => askForJob(jobs, { idempotencyKey: 'midnight', day })));
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect(made.filter((one) => 'replayed' in one)).toHaveLength(9);
    const kept = await jobs.query(`SELECT 1 FROM jobs.jobs WHERE id LIKE '%midnight_'`);
    expect(kept).toHaveLength(1);
  });

  it.each([0, 1])('makes no job again that was deleted, %i days later', async (day) => {
    const idempotencyKey = `gone${day}`;
    const job = await askForJob(jobs, { idempotencyKey });
    await jobs.get(StoreResultsHandler).store([endOf(job)]);
    expect(await jobs.get(DropJobsRepository).delete(job.id, caller)).toEqual([null, null]);
    await expect(askForJob(jobs, { idempotencyKey, day })).rejects.toMatchObject({
      reply: { status: 409, code: 'job_deleted', message: expect.stringContaining('use a new key') },
    });
  });

  it('is dropped once it is old', async () => {
    await create('old');
    await jobs.query(`UPDATE jobs.idempotency_keys SET created_at = now() - interval '25 hours'`);

    expect(await jobs.get(IdempotencyKeyRepository).dropOld()).toBeGreaterThan(0);
    expect(await jobs.query('SELECT 1 FROM jobs.idempotency_keys')).toEqual([]);
  });
});
