import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { RequestEnded } from '#libs/contracts';
import { createTestDatabase, type TestDatabase } from '#libs/testing';
import { AnswerBatchesHandler } from './answer-batches/answer-batches.handler.js';
import { JobsForTests } from './jobs.fixture.js';
import { askForJob, endOf } from './job.fixture.js';
import { caller, inputLine, inputLines, lineEnded } from './line.fixture.js';
import { StoreResultsHandler } from './store-results/store-results.handler.js';

const MEBIBYTE = 1024 ** 2;

let database: TestDatabase;
let jobs: JobsForTests;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  jobs = await JobsForTests.start(database.url, { limits: { largeAnswersHeldBytes: 3 * MEBIBYTE } });
});
afterEach(() => jobs.stop());

const claimed = (id: string, line: number) =>
  lineEnded(id, line, { answer: { status: 200, claim: `answer-req_${id.slice(6)}_${line}` } });

describe('answers too large for their terminal event', () => {
  it('are read by their claim, stored in the order of the lines and dropped from the bucket', async () => {
    const id = await jobs.create(inputLines(4));
    await jobs.advance(id);
    const body = (line: number) => JSON.stringify({ line, text: 'x'.repeat(2 * MEBIBYTE) });
    for (const line of [1, 2, 4]) jobs.nats.claims.set(`answer-req_${id.slice(6)}_${line}`, body(line));
    await jobs
      .get(StoreResultsHandler)
      .store([claimed(id, 1), claimed(id, 2), lineEnded(id, 3), claimed(id, 4), claimed(id, 4)]);
    await jobs.advance(id);

    const batch = await jobs.get(AnswerBatchesHandler).read({ caller, id });
    expect(batch).toMatchObject({ status: 'completed', request_counts: { completed: 4, failed: 0 } });
    const lines = (await jobs.download(batch.output_file_id)).trimEnd().split('\n');
    for (const line of [1, 2, 4]) expect(lines[line - 1]).toContain(`"body":${body(line)}`);
    expect(jobs.nats.claims.size).toBe(0);
  });

  it('fail their line with a clear error where they are gone, and keep a result that is known', async () => {
    const id = await jobs.create(inputLines(2));
    await jobs.advance(id);
    await jobs.get(StoreResultsHandler).store([lineEnded(id, 1)]);
    await jobs.get(StoreResultsHandler).store([claimed(id, 1), claimed(id, 2)]);
    await jobs.advance(id);

    const batch = await jobs.get(AnswerBatchesHandler).read({ caller, id });
    expect(batch).toMatchObject({ status: 'completed', request_counts: { completed: 1, failed: 1 } });
    const failure: unknown = JSON.parse(await jobs.download(batch.error_file_id));
    expect(failure).toMatchObject({ custom_id: 'line-2', response: { body: { error: { code: 'answer_missing' } } } });
  });

  it('are tried again, and fail nothing, where the bucket cannot be read now', async () => {
    const id = await jobs.create(inputLines(1));
    await jobs.advance(id);
    jobs.nats.bodies.get = () => Promise.reject(new Error('no connection'));

    await expect(jobs.get(StoreResultsHandler).store([claimed(id, 1)])).rejects.toThrow('no connection');
    expect(await jobs.query('SELECT FROM jobs.batch_results WHERE batch_id = $1', [id])).toEqual([]);
  });
});

describe('bodies too large for a message', () => {
  it('leave the bucket with the result where nobody was called, and are left to whoever calls otherwise', async () => {
    const body = { model: 'gpt-small', messages: [{ role: 'user', content: 'x'.repeat(300 * 1024) }] };
    const job = await askForJob(jobs, { body });
    const id = await jobs.create([1, 2, 3].map((line) => `${inputLine(line, line < 3 ? { body } : {})}\n`).join(''));
    await jobs.advance(id);
    const [first, second] = [1, 2].map((line) => `req_${id.slice(6)}_${line}`);
    expect(new Set(jobs.nats.claims.keys())).toEqual(new Set([first, second, job.request_id]));

    const asked: string[] = [];
    const remove = jobs.nats.bodies.remove;
    jobs.nats.bodies.remove = (name) => {
      asked.push(name);
      return remove(name);
    };
    const error = {
      class: 'context_too_long',
      status: 400,
      code: 'context_length_exceeded',
      message: 'too long',
    } as const;
    const refused: Partial<RequestEnded> = { outcome: 'failed', attempts: [], answer: undefined, error };
    const events = [lineEnded(id, 1, refused), lineEnded(id, 2), lineEnded(id, 3, refused), endOf(job, refused)];
    await jobs.get(StoreResultsHandler).store(events);
    expect([...jobs.nats.claims.keys()]).toEqual([second]);
    expect([asked.length, new Set(asked)]).toEqual([2, new Set([first, job.request_id])]);
    await jobs.query('DELETE FROM jobs.jobs');
  });

  it('that come with a job leave it with the answer, also where that is a refusal or a job of before', async () => {
    const asked = { idempotencyKey: 'large', carriedBy: 'job-req_large' };
    for (const runAt of [undefined, undefined, Date.now() + 3_600_000_000]) {
      const made = askForJob(jobs, { ...asked, ...(runAt === undefined ? {} : { runAt, idempotencyKey: 'late' }) });
      await (runAt === undefined ? made : expect(made).rejects.toMatchObject({ reply: { status: 400 } }));
      expect([...jobs.nats.claims.keys()]).toEqual([]);
    }
    await jobs.query('DELETE FROM jobs.jobs');
  });
});
