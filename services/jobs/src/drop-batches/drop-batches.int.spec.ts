import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '#libs/testing';
import { AnswerBatchesHandler } from '../answer-batches/answer-batches.handler.js';
import { JobsForTests } from '../jobs.fixture.js';
import { jobLimitsOf } from '../job-limits.js';
import { MessageBatchesHandler } from '../keep-message-batch/message-batches.handler.js';
import { caller, inputLines, lineEnded } from '../line.fixture.js';
import { StoreFileHandler } from '../store-file/store-file.handler.js';
import { StoreResultsHandler } from '../store-results/store-results.handler.js';
import { DropBatchesHandler, type DroppedBatches } from './drop-batches.handler.js';

const DAY = 24 * 3_600_000;
const LINES = 5;
const NOTHING = { emptied: 0, lines: 0, batches: 0 };

let database: TestDatabase;
let jobs: JobsForTests;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  const durableKeep = { jobResultDays: 1, jobDays: 1, batchLinesDays: 7, batchDays: 30, projectFilesGibibytes: 1 };
  const { batchLinesKeepMilliseconds, batchKeepMilliseconds } = jobLimitsOf({ durableKeep });
  const limits = { batchLinesKeepMilliseconds, batchKeepMilliseconds, batchDropLines: 2 };
  jobs = await JobsForTests.start(database.url, { limits });
});
afterEach(async () => {
  await jobs.query(`DELETE FROM jobs.batches`);
  await jobs.stop();
});

const dropAfter = (days: number): Promise<DroppedBatches> =>
  jobs.get(DropBatchesHandler).drop(new Date(Date.now() + days * DAY));
const read = (id: string) => jobs.get(AnswerBatchesHandler).read({ caller, id });

async function begun(overrides: Parameters<JobsForTests['create']>[2] = {}): Promise<string> {
  const id = await jobs.create(inputLines(LINES), caller, overrides);
  await jobs.advance(id);
  return id;
}

async function ended(overrides: Parameters<JobsForTests['create']>[2] = {}): Promise<string> {
  const id = await begun(overrides);
  const events = Array.from({ length: LINES }, (_, index) => lineEnded(id, index + 1));
  await jobs.get(StoreResultsHandler).store(events);
  await jobs.advance(id);
  return id;
}

async function rowsOf(id: string): Promise<number[]> {
  const [row] = await jobs.query<{ counts: number[] }>(
    `SELECT ARRAY[(SELECT count(*) FROM jobs.batch_lines WHERE batch_id = $1), (SELECT count(*) FROM jobs.batch_results
       WHERE batch_id = $1), (SELECT count(*) FROM jobs.native_lines WHERE batch_id = $1)]::integer[] AS counts`,
    [id],
  );
  return row?.counts ?? [];
}

/** A batch at a provider that answered two lines, as the engine leaves it. */
async function wentToProvider(id: string, state: string): Promise<void> {
  await jobs.query(
    `INSERT INTO jobs.native_batches (id, batch_id, provider, model, revision, target, batch_price, decision, lines, state, give_up_at)
     VALUES ('native_1', $1, 'toy', 'sim', 1, '{}', '{}', '{}', 2, $2, now())`,
    [id, state],
  );
  await jobs.query(
    `INSERT INTO jobs.native_lines (batch_id, line, native_id, place) VALUES ($1, 1, 'native_1', 'done'), ($1, 2, 'native_1', 'done')`,
    [id],
  );
  await jobs.query(`UPDATE jobs.batch_results SET saved_nano_usd = 100 WHERE batch_id = $1 AND line <= 2`, [id]);
}

describe('batches that were kept long enough', () => {
  it('lose their lines first and answer with their counts, and are forgotten later', async () => {
    const id = await ended();
    const before = await read(id);
    expect(await dropAfter(6.9)).toEqual(NOTHING);
    expect(await rowsOf(id)).toEqual([LINES, LINES, 0]);

    expect(await dropAfter(7.1)).toEqual({ emptied: 1, lines: LINES, batches: 0 });
    expect(await rowsOf(id)).toEqual([0, 0, 0]);
    expect(await read(id)).toEqual(before);
    expect(before.request_counts).toEqual({ total: LINES, completed: LINES, failed: 0 });
    expect((await jobs.download(before.output_file_id)).trim().split('\n')).toHaveLength(LINES);
    expect(await dropAfter(29.9)).toEqual(NOTHING);

    expect(await dropAfter(30.1)).toEqual({ emptied: 0, lines: 0, batches: 1 });
    await expect(read(id)).rejects.toMatchObject({ reply: { code: 'batch_not_found' } });
  });

  it('lose their lines as soon as their files of results have expired or were deleted', async () => {
    const expiring = await ended({ outputExpiresAfterSeconds: 3_600 });
    const deleted = await ended();
    const kept = await ended();
    const id = (await read(deleted)).output_file_id ?? '';
    await jobs.get(StoreFileHandler).delete({ caller, id });
    expect(await dropAfter(0)).toMatchObject({ emptied: 1 });
    expect(await rowsOf(deleted)).toEqual([0, 0, 0]);
    expect(await dropAfter(0.1)).toMatchObject({ emptied: 1 });
    expect(await rowsOf(expiring)).toEqual([0, 0, 0]);
    expect(await rowsOf(kept)).toEqual([LINES, LINES, 0]);
  });

  it('keep their lines as long as they have not ended, however old they are', async () => {
    const id = await begun();
    const finalizing = await ended();
    await jobs.query(`UPDATE jobs.batches SET status = 'finalizing', completed_at = NULL WHERE id = $1`, [finalizing]);
    expect(await dropAfter(1_000)).toEqual(NOTHING);
    expect([await rowsOf(id), await rowsOf(finalizing)]).toEqual([
      [LINES, 0, 0],
      [LINES, LINES, 0],
    ]);
  });

  it('keep their lines while something is at a provider, and what came of it after them', async () => {
    const id = await ended();
    await wentToProvider(id, 'fetching');
    expect(await dropAfter(8)).toEqual(NOTHING);
    await jobs.query(`UPDATE jobs.native_batches SET state = 'ended'`);
    expect(await dropAfter(8)).toMatchObject({ emptied: 1 });
    expect(await rowsOf(id)).toEqual([0, 0, 0]);
    expect(await jobs.query(`SELECT answered_lines, saved_nano_usd FROM jobs.native_batches`)).toEqual([
      { answered_lines: 2, saved_nano_usd: '200' },
    ]);
    expect(await dropAfter(31)).toMatchObject({ batches: 1 });
    expect(await jobs.query(`SELECT FROM jobs.native_batches`)).toEqual([]);
  });

  it('count no result that comes after their lines are gone', async () => {
    const id = await ended();
    const before = await read(id);
    await dropAfter(8);
    await jobs.get(StoreResultsHandler).store([lineEnded(id, 1)]);
    expect(await rowsOf(id)).toEqual([0, 0, 0]);
    expect(await read(id)).toEqual(before);
  });

  it('are taken up again where a process was killed in the middle, and so many at a time', async () => {
    const first = await ended();
    await ended();
    await jobs.query(`UPDATE jobs.batches SET lines_closed_at = now() WHERE id = $1`, [first]);
    await jobs.query(`DELETE FROM jobs.batch_results WHERE batch_id = $1 AND line <= 2`, [first]);
    expect(await dropAfter(0)).toEqual({ emptied: 1, lines: LINES, batches: 0 });
    expect(await rowsOf(first)).toEqual([0, 0, 0]);
    await jobs.stopKeepingFiles();
    jobs = await JobsForTests.start(database.url, { limits: { batchDropRows: 1 }, home: jobs.home });
    await ended();
    expect(await dropAfter(400)).toMatchObject({ emptied: 1, batches: 1 });
    expect(await dropAfter(400)).toMatchObject({ emptied: 1, batches: 1 });
    expect(await dropAfter(400)).toMatchObject({ emptied: 0, batches: 1 });
    expect(await dropAfter(400)).toEqual(NOTHING);
  });

  it('stay where they are of messages and their results can be asked for', async () => {
    const id = await ended();
    await jobs.query(`UPDATE jobs.batches SET endpoint = '/v1/messages' WHERE id = $1`, [id]);
    expect(await dropAfter(40)).toEqual({ emptied: 1, lines: LINES, batches: 0 });
    expect(await jobs.get(MessageBatchesHandler).read({ caller, id })).toMatchObject({ processing_status: 'ended' });
    await jobs.query(`UPDATE jobs.files SET expires_at = now() + interval '29 days'`);
    expect(await dropAfter(40)).toMatchObject({ batches: 1 });
  });
});
