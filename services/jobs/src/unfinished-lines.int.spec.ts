import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { BlobStore } from '#libs/blobs';
import type { BatchObject, RequestEnded } from '#libs/contracts';
import { createTestDatabase, type TestDatabase } from '#libs/testing';
import { AnswerBatchesHandler } from './answer-batches/answer-batches.handler.js';
import { CancelBatchHandler } from './cancel-batch/cancel-batch.handler.js';
import { TellWorkersOfBatchesRunner } from './cancel-batch/tell-workers-of-batches.runner.js';
import { SettlementRepository } from './finalize-batch/settlement.repository.js';
import { JobsForTests } from './jobs.fixture.js';
import { caller, inputLines, lineEnded } from './line.fixture.js';
import { StoreResultsHandler } from './store-results/store-results.handler.js';
import { SweepLinesHandler } from './sweep-lines/sweep-lines.handler.js';

let database: TestDatabase;
let jobs: JobsForTests;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  jobs = await JobsForTests.start(database.url, {
    limits: { publishStepLines: 5, publishWindowLines: 10, cancelGraceMilliseconds: 0 },
  });
});
afterEach(() => jobs.stop());

const read = (id: string): Promise<BatchObject> => jobs.get(AnswerBatchesHandler).read({ caller, id });
const endedLines = () => jobs.nats.ended.map(({ job }) => job && 'line' in job && job.line);
const lines = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** A batch of 22 lines, of which 10 are published and `answered` have their result. */
async function underWay(answered: readonly number[] = []): Promise<string> {
  const id = await jobs.create(inputLines(22));
  await jobs.advance(id);
  await jobs.get(StoreResultsHandler).store(answered.map((line) => lineEnded(id, line)));
  expect(jobs.nats.published).toHaveLength(10);
  return id;
}

describe('the terminal events of lines that never ran', () => {
  it('are published for a cancelled batch, and leave alone what is under way', async () => {
    const id = await underWay([1, 2]);
    await jobs.get(CancelBatchHandler).cancel({ caller, id });
    await jobs.advance(id);

    expect(endedLines()).toEqual(lines(11, 22));
    expect(jobs.nats.ended[0]).toMatchObject({
      outcome: 'cancelled',
      requestId: `req_${id.slice(6)}_11`,
      model: 'gpt-small',
      attempts: [],
      error: { code: 'batch_cancelled' },
      job: { batchId: id, customId: 'line-11' },
    });
    expect(await read(id)).toMatchObject({ status: 'cancelled', request_counts: { completed: 2, failed: 0 } });
  });

  it('are made with a few reads of the file, however many they are', async () => {
    const id = await underWay([1, 2]);
    const reads = jest.spyOn(jobs.get(BlobStore), 'readRange');
    await jobs.get(CancelBatchHandler).cancel({ caller, id });
    await jobs.advance(id);

    expect(endedLines()).toEqual(lines(11, 22));
    expect(reads.mock.calls.length).toBeLessThanOrEqual(Math.ceil(12 / 5));
  });

  it('are published for an expired batch', async () => {
    const id = await underWay();
    await jobs.query(`UPDATE jobs.batches SET expires_at = now() WHERE id = $1`, [id]);
    await jobs.advance(id);

    expect(endedLines()).toEqual(lines(11, 22));
    expect(jobs.nats.ended[0]).toMatchObject({
      outcome: 'expired',
      error: { class: 'expired', code: 'batch_expired' },
    });
    expect((await read(id)).status).toBe('expired');
  });

  it('come from the workers for lines that waited with them until the time of the batch was over', async () => {
    const id = await jobs.create(inputLines(3));
    await jobs.advance(id);
    const expired: Partial<RequestEnded> = {
      outcome: 'expired',
      error: { class: 'expired', status: 408, code: 'expired', message: 'The request expired.' },
      attempts: [],
      answer: undefined,
      costNanoUsd: undefined,
    };
    await jobs.get(StoreResultsHandler).store([lineEnded(id, 1), lineEnded(id, 2, expired), lineEnded(id, 3, expired)]);
    await jobs.advance(id);

    expect(jobs.nats.ended).toEqual([]);
    const batch = await read(id);
    expect(batch).toMatchObject({ status: 'expired', request_counts: { total: 3, completed: 1, failed: 0 } });
    const errors = (await jobs.download(batch.error_file_id)).trimEnd().split('\n');
    expect(errors.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { custom_id: 'line-2', response: null, error: { code: 'batch_expired' } },
      { custom_id: 'line-3', response: null, error: { code: 'batch_expired' } },
    ]);
  });

  it('are published for lines that were lost on their way too, once everything is quiet after a cancellation', async () => {
    const id = await underWay([1, 2]);
    await jobs.get(CancelBatchHandler).cancel({ caller, id });
    for (let look = 0; look < 2; look += 1) await jobs.get(SweepLinesHandler).sweep();
    await jobs.advance(id);

    expect(endedLines()).toEqual(lines(3, 22));
  });

  it.each(['cancelled', 'expired'])(
    'are published for lost lines of a batch that is %s after everything has become quiet',
    async (ending) => {
      const id = await underWay([1, 2]);
      // Both lie clearly before the quiet: within one millisecond the order could not be told.
      await jobs.query(
        `UPDATE jobs.batches SET published_at = now() - interval '2 s', swept_at = now() - interval '1 s', sweeps = 20
         WHERE id = $1`,
        [id],
      );
      for (let look = 0; look < 2; look += 1) await jobs.get(SweepLinesHandler).sweep();
      if (ending === 'cancelled') await jobs.get(CancelBatchHandler).cancel({ caller, id });
      else await jobs.query(`UPDATE jobs.batches SET expires_at = now() WHERE id = $1`, [id]);
      await jobs.advance(id);

      expect(endedLines()).toEqual(lines(3, 22));
      expect((await read(id)).status).toBe(ending);
    },
  );

  it('come from the workers for lines that were with them, who are told again and again', async () => {
    await jobs.stop();
    jobs = await JobsForTests.start(database.url, {
      limits: { publishStepLines: 5, publishWindowLines: 10, cancelCallsMilliseconds: 0 },
    });
    const id = await underWay([1, 2]);
    await jobs.get(TellWorkersOfBatchesRunner).tell();
    expect(jobs.nats.told).toEqual([]);
    await jobs.get(CancelBatchHandler).cancel({ caller, id });
    for (let time = 0; time < 2; time += 1) await jobs.get(TellWorkersOfBatchesRunner).tell();
    expect(jobs.nats.told).toEqual([`calls.cancelled.v1.${id}`, `calls.cancelled.v1.${id}`]);
    const error = { class: 'cancelled', status: 499, code: 'cancelled', message: 'the caller left' } as const;
    const cancelled = lines(3, 10).map((line) =>
      lineEnded(id, line, { outcome: 'cancelled', answer: undefined, attempts: [], error }),
    );
    await jobs.get(StoreResultsHandler).store(cancelled);
    await jobs.advance(id);

    expect(endedLines()).toEqual(lines(11, 22));
    const ended = await read(id);
    expect(ended).toMatchObject({ status: 'cancelled', request_counts: { total: 22, completed: 2, failed: 0 } });
    const errors = (await jobs.download(ended.error_file_id)).trimEnd().split('\n');
    expect(errors).toHaveLength(20);
    expect(errors.every((line) => line.includes('"code":"batch_cancelled"'))).toBe(true);
    const [row] = await jobs.query('SELECT unfinished_lines AS unfinished FROM jobs.batches WHERE id = $1', [id]);
    expect(row).toEqual({ unfinished: 20 });
  });

  it('come again after a crash between publishing and settling, under the same ids', async () => {
    const id = await underWay();
    await jobs.get(CancelBatchHandler).cancel({ caller, id });
    const settlements = jobs.get(SettlementRepository);
    const settle = settlements.settle.bind(settlements);
    settlements.settle = () => Promise.reject(new Error('killed'));
    await expect(jobs.advance(id)).rejects.toThrow('killed');
    settlements.settle = settle;
    await jobs.advance(id);

    expect(endedLines()).toEqual([...lines(11, 22), ...lines(11, 22)]);
    expect(new Set(jobs.nats.ended.map(({ requestId }) => requestId)).size).toBe(12);
    expect((await read(id)).status).toBe('cancelled');
  });

  it('are not counted when this service reads them itself, before or after the batch is settled', async () => {
    const id = await underWay([1]);
    await jobs.get(CancelBatchHandler).cancel({ caller, id });
    for (let look = 0; look < 2; look += 1) await jobs.get(SweepLinesHandler).sweep();
    const settlements = jobs.get(SettlementRepository);
    const settle = settlements.settle.bind(settlements);
    settlements.settle = async (...parameters) => {
      await jobs.get(StoreResultsHandler).store(jobs.nats.ended);
      return settle(...parameters);
    };
    await jobs.advance(id);
    await jobs.get(StoreResultsHandler).store(jobs.nats.ended);

    expect((await read(id)).request_counts).toEqual({ total: 22, completed: 1, failed: 0 });
    const [row] = await jobs.query('SELECT unfinished_lines AS unfinished FROM jobs.batches WHERE id = $1', [id]);
    expect(row).toEqual({ unfinished: 21 });
  });

  it('are made of the row alone where the input file is gone', async () => {
    const id = await underWay();
    await jobs.get(CancelBatchHandler).cancel({ caller, id });
    await rm(join(jobs.home, 'blobs'), { recursive: true });
    await jobs.advance(id).catch(() => undefined);

    expect(endedLines()).toEqual(lines(11, 22));
    expect(jobs.nats.ended[0]).toMatchObject({ model: 'gpt-small', job: { customId: 'line-11' } });
  });

  it('are not published for a batch that is complete', async () => {
    const id = await underWay();
    await jobs.get(StoreResultsHandler).store(lines(1, 10).map((line) => lineEnded(id, line)));
    jobs.nats.beforeStored = async ({ headers }) => {
      const { job }: { job: { line: number } } = JSON.parse(headers['Switchyard-Facts'] ?? '');
      await jobs.get(StoreResultsHandler).store([lineEnded(id, job.line)]);
    };
    // The window is filled twice.
    for (let round = 0; round < 2; round += 1) await jobs.advance(id);

    expect((await read(id)).status).toBe('completed');
    expect(jobs.nats.ended).toEqual([]);
  });
});
