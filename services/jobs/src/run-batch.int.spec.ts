import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { BatchObject, Caller, RequestEnded } from '#libs/contracts';
import { createTestDatabase, eventually, type TestDatabase } from '#libs/testing';
import { AnswerBatchesHandler } from './answer-batches/answer-batches.handler.js';
import { CancelBatchHandler } from './cancel-batch/cancel-batch.handler.js';
import { JobsForTests } from './jobs.fixture.js';
import { caller, inputLine, inputLines, lineEnded } from './line.fixture.js';
import { StoreFileHandler } from './store-file/store-file.handler.js';
import { StoreResultsHandler } from './store-results/store-results.handler.js';
import type { JobLimits } from './job-limits.js';

let database: TestDatabase;
let jobs: JobsForTests;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const read = (id: string): Promise<BatchObject> => jobs.get(AnswerBatchesHandler).read({ caller, id });
const store = (events: readonly RequestEnded[]): Promise<void> => jobs.get(StoreResultsHandler).store(events);

async function until(id: string, status: string): Promise<BatchObject> {
  return eventually(async () => {
    const batch = await read(id);
    expect(batch.status).toBe(status);
    return batch;
  });
}

/** Answers each line when it is published, unless told not to. */
function answerLines(isAnswered: (line: number) => boolean = () => true): void {
  jobs.nats.beforeStored = async ({ headers }) => {
    const facts: { job: { batchId: string; line: number } } = JSON.parse(headers['Switchyard-Facts'] ?? '{}');
    if (isAnswered(facts.job.line)) await store([lineEnded(facts.job.batchId, facts.job.line)]);
  };
}

async function start(limits: Partial<JobLimits> = {}): Promise<void> {
  jobs = await JobsForTests.start(database.url, { isRunning: true, limits });
}

describe('a running jobs service', () => {
  beforeEach(() => start({ publishStepLines: 10, publishWindowLines: 40 }));
  afterEach(() => jobs.stop());

  it('takes a batch from its file to its output, with counts, usage and exact cost', async () => {
    answerLines();
    const id = await jobs.create(`\uFEFF${inputLines(123)}`);
    const batch = await until(id, 'completed');

    expect(batch).toMatchObject({
      model: 'gpt-small',
      request_counts: { total: 123, completed: 123, failed: 0 },
      usage: { input_tokens: 1_230, output_tokens: 615, total_tokens: 1_845 },
      cost_usd: '0.0001845',
      error_file_id: null,
      errors: null,
    });
    const lines = (await jobs.download(batch.output_file_id)).trimEnd().split('\n');
    expect(lines).toHaveLength(123);
    expect(lines[4]).toContain('"custom_id":"line-5"');
    expect(lines[4]).toContain('"body":{"id":"answer-5", "n": 1.0}');
  });

  it('publishes each line with its body bytes, its facts and an id that is always the same', async () => {
    answerLines();
    const body = '{ "model":"gpt-large",  "messages":[{"role":"user","content":"1.0"}], "temperature": 1.0 }';
    const line = `{"custom_id":"a b","method":"POST","url":"/v1/chat/completions","body":${body}}`;
    const id = await jobs.create(`${line}\n`);
    await until(id, 'completed');
    const [published] = jobs.nats.published;
    const requestId = `req_${id.slice(6)}_1`;

    expect(published).toMatchObject({
      subject: 'request.accepted.v1.durable.normal',
      body,
      requestId,
      messageId: expect.stringMatching(`^${requestId}\\+1\\.`),
    });
    expect(JSON.parse(published?.headers['Switchyard-Facts'] ?? '')).toMatchObject({
      requestId,
      organization: 'demo',
      project: 'default',
      key: 'ci',
      lane: 'durable',
      model: 'gpt-large',
      job: { batchId: id, line: 1, customId: 'a b' },
      spans: { model: [body.indexOf('"gpt-large"'), body.indexOf('"gpt-large"') + 11] },
    });
  });

  it('sends a large body by claim check', async () => {
    answerLines();
    const content = 'x'.repeat(300_000);
    const body = { model: 'gpt-small', messages: [{ role: 'user', content }] };
    const id = await jobs.create(`${inputLine(1, { body })}\n`);
    await until(id, 'completed');
    const requestId = `req_${id.slice(6)}_1`;

    expect(jobs.nats.published[0]).toMatchObject({ body: '', headers: { 'Switchyard-Body-Claim': requestId } });
    expect(JSON.parse(jobs.nats.claims.get(requestId) ?? '')).toEqual(body);
  });

  it('refuses a bad file, naming the lines, and publishes nothing', async () => {
    const id = await jobs.create(`${inputLine(1)}\nbad\n${inputLine(3)}\n${inputLine(1)}\n`);
    const batch = await until(id, 'failed');

    expect(batch.errors?.data).toMatchObject([
      { code: 'invalid_json_line', line: 2 },
      { code: 'duplicate_custom_id', line: 4, param: 'custom_id' },
    ]);
    expect(batch.failed_at).not.toBeNull();
    expect(jobs.nats.published).toEqual([]);
    expect(await jobs.query('SELECT FROM jobs.batch_lines WHERE batch_id = $1', [id])).toEqual([]);
  });

  it('keeps at most a window of lines under way, and goes on as they end', async () => {
    const id = await jobs.create(inputLines(100));
    await eventually(() => expect(jobs.nats.published).toHaveLength(40));
    await store([5, 3, 1].map((line) => lineEnded(id, line)));
    await eventually(() => expect(jobs.nats.published).toHaveLength(43));

    expect(jobs.nats.lines()).toEqual(Array.from({ length: 43 }, (_, index) => index + 1));
  });

  it('never publishes after a cancellation, lets what is under way end, and names the rest', async () => {
    const id = await jobs.create(inputLines(100));
    await eventually(() => expect(jobs.nats.published).toHaveLength(40));
    const cancelling = await jobs.get(CancelBatchHandler).cancel({ caller, id });
    expect(cancelling.status).toBe('cancelling');
    await store(Array.from({ length: 40 }, (_, index) => lineEnded(id, index + 1)));
    const batch = await until(id, 'cancelled');

    expect(jobs.nats.published).toHaveLength(40);
    expect(batch.request_counts).toEqual({ total: 100, completed: 40, failed: 0 });
    const rest = (await jobs.download(batch.error_file_id)).trimEnd().split('\n');
    expect(rest).toHaveLength(60);
    expect(JSON.parse(rest[0] ?? '')).toMatchObject({ custom_id: 'line-41', error: { code: 'batch_cancelled' } });
    await expect(jobs.get(CancelBatchHandler).cancel({ caller, id })).rejects.toMatchObject({ reply: { status: 409 } });
  });

  it('shows files and batches to their own project only, and to the bootstrap key', async () => {
    answerLines();
    const id = await jobs.create(inputLines(1));
    const { output_file_id: fileId } = await until(id, 'completed');
    const strangers: Caller[] = [
      { ...caller, project: 'other' },
      { ...caller, organization: 'other' },
    ];
    const unknown = { reply: { status: 404 } };
    for (const stranger of strangers) {
      await expect(jobs.get(AnswerBatchesHandler).read({ caller: stranger, id })).rejects.toMatchObject(unknown);
      await expect(jobs.get(CancelBatchHandler).cancel({ caller: stranger, id })).rejects.toMatchObject(unknown);
      await expect(jobs.download(fileId, stranger)).rejects.toMatchObject(unknown);
      expect((await jobs.get(AnswerBatchesHandler).list({ caller: stranger, limit: 100 })).data).toEqual([]);
      await expect(
        jobs.get(AnswerBatchesHandler).list({ caller: stranger, limit: 100, after: id }),
      ).rejects.toMatchObject({ reply: { status: 400, param: 'after' } });
      expect((await jobs.get(StoreFileHandler).list({ caller: stranger, limit: 100, order: 'asc' })).data).toEqual([]);
    }
    const administrator = { ...caller, organization: 'house', admin: true };
    expect((await jobs.get(AnswerBatchesHandler).read({ caller: administrator, id })).id).toBe(id);
  });

  it('pages through batches, newest first', async () => {
    answerLines();
    const owner = { ...caller, project: 'paged' };
    const ids: string[] = [];
    for (let count = 0; count < 5; count += 1) ids.unshift(await jobs.create('', owner));
    const first = await jobs.get(AnswerBatchesHandler).list({ caller: owner, limit: 2 });
    const rest = await jobs.get(AnswerBatchesHandler).list({ caller: owner, limit: 10, after: first.last_id ?? '' });

    expect(first).toMatchObject({ has_more: true, first_id: ids[0], last_id: ids[1] });
    expect(rest.data.map((batch) => batch.id)).toEqual(ids.slice(2));
    expect(rest.has_more).toBe(false);
  });
});

describe('a running jobs service with short times', () => {
  afterEach(() => jobs.stop());

  const endWindow = (id: string) => jobs.query('UPDATE jobs.batches SET expires_at = now() WHERE id = $1', [id]);

  it('ends what the window leaves unfinished as expired, and keeps what is done', async () => {
    await start({ cancelGraceMilliseconds: 100 });
    answerLines((line) => line <= 2);
    const id = await jobs.create(inputLines(3));
    await eventually(async () => expect((await read(id)).request_counts?.completed).toBe(2));
    await endWindow(id);
    const batch = await until(id, 'expired');

    expect(batch.request_counts).toEqual({ total: 3, completed: 2, failed: 0 });
    expect(await jobs.download(batch.error_file_id)).toContain(
      '"custom_id":"line-3","response":null,"error":{"code":"batch_expired"',
    );
  });

  it('counts what ends after the window but was under way', async () => {
    await start({ publishWindowLines: 2 });
    const id = await jobs.create(inputLines(3));
    await eventually(() => expect(jobs.nats.published).toHaveLength(2));
    await endWindow(id);
    await store([lineEnded(id, 1), lineEnded(id, 2)]);
    const batch = await until(id, 'expired');

    expect(batch).toMatchObject({
      request_counts: { total: 3, completed: 2, failed: 0 },
      usage: { input_tokens: 20 },
      cost_usd: '0.000003',
    });
    expect(jobs.nats.ended.map(({ job }) => job && 'line' in job && job.line)).toEqual([3]);
  });

  it('does not wait for ever for a cancelled line, and ignores its late result', async () => {
    await start({ cancelGraceMilliseconds: 100 });
    const id = await jobs.create(inputLines(3));
    await eventually(() => expect(jobs.nats.published).toHaveLength(3));
    await jobs.get(CancelBatchHandler).cancel({ caller, id });
    const cancelled = await until(id, 'cancelled');
    await store([lineEnded(id, 1)]);

    expect(await read(id)).toEqual(cancelled);
  });

  it('publishes lost lines again, under the same request id, once what was on its way has arrived', async () => {
    await start({ sweepMilliseconds: 50 });
    jobs.nats.progress = { lastSequence: 1, settledSequence: 0, streamMadeAt: 1, hasNothingLeft: false };
    const id = await jobs.create(inputLines(3));
    await eventually(() => expect(jobs.nats.published).toHaveLength(3));
    await store([lineEnded(id, 2)]);
    expect(jobs.nats.published).toHaveLength(3);
    // Others have come behind it.
    jobs.nats.progress = { lastSequence: 5, settledSequence: 5, streamMadeAt: 1, hasNothingLeft: false };
    await eventually(() => expect(jobs.nats.lines()).toEqual([1, 2, 3, 1, 3]));
    answerLines();
    await until(id, 'completed');

    expect(jobs.nats.published[3]).toMatchObject({
      requestId: `req_${id.slice(6)}_1`,
      messageId: expect.stringMatching(/_1\+2\..*:r1$/),
    });
    expect(jobs.nats.published[3]?.body).toBe(jobs.nats.published[0]?.body);
  });

  it('hands a batch over to another process when it stops', async () => {
    await start({ publishWindowLines: 10, leaseMilliseconds: 60_000 });
    const id = await jobs.create(inputLines(30));
    await eventually(() => expect(jobs.nats.published).toHaveLength(10));
    const second = await JobsForTests.start(database.url, { isRunning: true, nats: jobs.nats, home: jobs.home });
    const { published } = jobs.nats;
    await jobs.stopKeepingFiles();
    jobs = second;
    await eventually(() => expect(published).toHaveLength(30));

    expect(jobs.nats.lines()).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
    await store(Array.from({ length: 30 }, (_, index) => lineEnded(id, index + 1)));
    await until(id, 'completed');
  });
});
