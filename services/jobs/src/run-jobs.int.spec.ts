import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Caller, JobObject, RequestEnded } from '#libs/contracts';
import { BodyClaims, openDocument, type QueryRefused } from '#libs/messaging';
import { eventually, createTestDatabase, type TestDatabase } from '#libs/testing';
import { AnswerJobsHandler } from './answer-jobs/answer-jobs.handler.js';
import { AnswerResponsesHandler } from './answer-responses/answer-responses.handler.js';
import { CancelJobHandler } from './cancel-job/cancel-job.handler.js';
import { CancelResponseHandler } from './cancel-response/cancel-response.handler.js';
import { DispatchJobsHandler } from './dispatch-jobs/dispatch-jobs.handler.js';
import { PauseRepository } from './dispatch-work/pause.repository.js';
import { EndUnpublishedHandler } from './end-job/end-unpublished.handler.js';
import { DropJobsRunner } from './expire-jobs/drop-jobs.runner.js';
import type { JobLimits } from './job-limits.js';
import { askForJob, endOf, stranger } from './job.fixture.js';
import { JobsForTests } from './jobs.fixture.js';
import { caller } from './line.fixture.js';
import { StoreResponseHandler } from './store-response/store-response.handler.js';
import { StoreResultsHandler } from './store-results/store-results.handler.js';
import { SweepLinesHandler } from './sweep-lines/sweep-lines.handler.js';

let database: TestDatabase;
let jobs: JobsForTests;

beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  await jobs.stop();
  await database.drop();
});

async function start(limits: Partial<JobLimits> = {}, isRunning = false): Promise<void> {
  jobs = await JobsForTests.start(database.url, { isRunning, limits });
}
const read = (id: string, whose: Caller = caller): Promise<JobObject> =>
  jobs.get(AnswerJobsHandler).read({ caller: whose, id });
const store = (events: RequestEnded[]): Promise<void> => jobs.get(StoreResultsHandler).store(events);
const dispatch = (): Promise<number> => jobs.dispatch();
const refusal = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'not refused',
    (error: unknown) => (error as QueryRefused).reply.code,
  );

describe('a job', () => {
  it('goes on its way once it is committed, and has its result as the answer was', async () => {
    await start();
    const job = await askForJob(jobs);
    expect(job).toMatchObject({
      status: 'queued',
      queue_position: 0,
      endpoint: '/v1/chat/completions',
      cost_usd: null,
    });

    expect(await dispatch()).toBe(1);
    expect(await dispatch()).toBe(0);
    const [published] = jobs.nats.published;
    expect(published).toMatchObject({ subject: 'request.accepted.v1.durable.high', messageId: job.request_id });
    expect(JSON.parse(published?.headers['Switchyard-Facts'] ?? '')).toMatchObject({
      lane: 'durable',
      organization: 'demo',
      job: { jobId: job.id, run: 0 },
    });

    await jobs.get(AnswerJobsHandler).noteStart({ jobId: job.id, requestId: job.request_id });
    expect(await read(job.id)).toMatchObject({ status: 'in_progress', queue_position: null });
    expect(await refusal(jobs.get(AnswerJobsHandler).result({ caller, id: job.id }))).toBe('job_not_finished');

    await store([endOf(job)]);
    expect(await read(job.id)).toMatchObject({
      status: 'completed',
      result_status: 200,
      usage: { input_tokens: 10, output_tokens: 5 },
      cost_usd: '0.0000015',
      error: null,
    });
    const result = await jobs.get(AnswerJobsHandler).result({ caller, id: job.id });
    expect(result).toMatchObject({ status: 200, contentType: 'application/json', requestId: job.request_id });
    expect(result.body).toEqual({ base64: Buffer.from('{"answer":"größer"}').toString('base64') });
  });

  it('tells beside its result what a waiting caller is told', async () => {
    await start();
    const job = await askForJob(jobs);
    await dispatch();
    const answer = { status: 200, body: '{}', servesModel: 'gpt-tiny', warnings: ['The model takes no seed.'] };
    await store([endOf(job, { answer })]);
    const { head } = await jobs.get(AnswerJobsHandler).result({ caller, id: job.id });
    expect(head).toMatchObject({ servesModel: 'gpt-tiny', warnings: ['The model takes no seed.'], attempts: 1 });
  });

  it('ends once, whatever events come after, and by no event of others', async () => {
    await start();
    const job = await askForJob(jobs);
    await dispatch();
    await store([
      endOf(job, { organization: 'other' }),
      endOf(job, { requestId: 'req_0123456789' }),
      endOf({ ...job, id: 'job_nobody' }),
    ]);
    expect((await read(job.id)).status).toBe('queued');
    const failed = { class: 'rate_limit' as const, status: 429, code: 'rate_limited', message: 'slow down' };
    await store([endOf(job, { outcome: 'failed', error: failed, answer: undefined }), endOf(job)]);
    expect(await read(job.id)).toMatchObject({ status: 'failed', result_status: 429, error: { code: 'rate_limited' } });
    const result = await jobs.get(AnswerJobsHandler).result({ caller, id: job.id });
    const body = 'base64' in result.body ? Buffer.from(result.body.base64, 'base64').toString() : '';
    expect(JSON.parse(body)).toMatchObject({ error: { code: 'rate_limited', message: 'slow down' } });
  });

  it('keeps large bodies and answers in the blob store, and lets go of them', async () => {
    await start({ jobInlineBytes: 10 });
    const job = await askForJob(jobs);
    await dispatch();
    expect(jobs.nats.published[0]?.body).toContain('"messages"');
    await store([endOf(job)]);
    const result = await jobs.get(AnswerJobsHandler).result({ caller, id: job.id });
    expect(result.body).toEqual({ blobKey: `jobs/${job.id}/result` });

    const inDays = (days: number): Date => new Date(Date.now() + days * 24 * 3_600_000);
    await jobs.get(DropJobsRunner).drop(inDays(6.9));
    expect((await jobs.get(AnswerJobsHandler).result({ caller, id: job.id })).status).toBe(200);
    await jobs.get(DropJobsRunner).drop(inDays(7.1));
    expect(await refusal(jobs.get(AnswerJobsHandler).result({ caller, id: job.id }))).toBe('job_result_expired');
    expect((await read(job.id)).status).toBe('completed');
    await jobs.get(DropJobsRunner).drop(inDays(30.1));
    expect(await refusal(read(job.id))).toBe('job_not_found');
  });

  it('that a killed process took is taken again after its lease, under the same message id', async () => {
    await start({ jobLeaseMilliseconds: 0 });
    const job = await askForJob(jobs);
    jobs.nats.beforeStored = () => {
      throw new Error('killed');
    };
    expect(await dispatch()).toBe(0);
    jobs.nats.beforeStored = () => undefined;
    await jobs.query(`UPDATE jobs.jobs SET lease_until = now()`);
    expect(await dispatch()).toBe(1);
    expect(jobs.nats.published.map(({ messageId }) => messageId)).toEqual([job.request_id]);
  });

  it('that was lost on its way is put on it again, as another run', async () => {
    await start();
    const job = await askForJob(jobs);
    await dispatch();
    await jobs.get(SweepLinesHandler).sweep();
    await jobs.get(SweepLinesHandler).sweep();
    expect(await jobs.get(DispatchJobsHandler).sweep()).toBe(1);
    expect(jobs.nats.published.map(({ messageId }) => messageId)).toEqual([job.request_id, `${job.request_id}:r1`]);
    expect(await jobs.get(DispatchJobsHandler).sweep()).toBe(0);
  });

  it('that was lost on its way goes to whoever ends it once it is over, also where it is paused', async () => {
    await start();
    const [late] = [await askForJob(jobs), await askForJob(jobs)];
    await dispatch();
    const pauses = jobs.get(PauseRepository);
    const pause = { reason: null, pausedBy: 'operator', until: null };
    await pauses.put({ ...pause, scope: 'model', name: 'gpt-small' });
    await pauses.put({ ...pause, scope: 'provider', name: 'toy' });
    await jobs.query(`UPDATE jobs.jobs SET expires_at = now() - interval '1 hour' WHERE id = $1`, [late.id]);
    for (let look = 0; look < 2; look += 1) await jobs.get(SweepLinesHandler).sweep();
    expect(await jobs.get(DispatchJobsHandler).sweep()).toBe(1);
    expect(jobs.nats.published.at(-1)).toMatchObject({ messageId: `${late.request_id}:r1` });
    const facts = JSON.parse(jobs.nats.published.at(-1)?.headers['Switchyard-Facts'] ?? '') as object;
    expect(facts).not.toHaveProperty('withheldProviders');
  });

  it('waits for its time, and is cancelled before it with one terminal event', async () => {
    await start();
    const runAt = Date.now() + 60_000;
    const job = await askForJob(jobs, { runAt });
    expect(job).toMatchObject({ status: 'scheduled', run_at: Math.floor(runAt / 1_000) });
    expect(await dispatch()).toBe(0);

    const cancelled = await jobs.get(CancelJobHandler).cancelAndShow({ caller, id: job.id });
    expect(cancelled).toMatchObject({ status: 'cancelled', error: { code: 'job_cancelled' } });
    expect(await jobs.get(CancelJobHandler).cancelAndShow({ caller, id: job.id })).toMatchObject({
      status: 'cancelled',
    });
    await jobs.get(EndUnpublishedHandler).end();
    expect(jobs.nats.ended.map(({ outcome, attempts }) => [outcome, attempts])).toEqual([['cancelled', []]]);
  });

  it.each([
    [{ runAt: Date.now() + 40 * 86_400_000 }, 'invalid_run_at'],
    [{ runAt: Date.now() - 3_600_000 }, 'invalid_run_at'],
    [{ runAt: Date.now() + 60_000, deadline: Date.now() + 1_000 }, 'invalid_run_at'],
  ])('is refused at a time it cannot run at: %j', async (times, code) => {
    await start();
    expect(await refusal(askForJob(jobs, times))).toBe(code);
  });

  it('that nobody could take in time expires', async () => {
    await start();
    const job = await askForJob(jobs);
    await jobs.query(`UPDATE jobs.jobs SET expires_at = now()`);
    await jobs.get(EndUnpublishedHandler).end();
    expect(await read(job.id)).toMatchObject({ status: 'expired', error: { code: 'job_expired' }, result_status: 408 });
    expect(await dispatch()).toBe(0);
  });

  it('on its way is cancelled by telling the workers until it has ended', async () => {
    await start({ pollMilliseconds: 20, jobCancelMilliseconds: 20 }, true);
    const job = await askForJob(jobs);
    await eventually(() => expect(jobs.nats.published).toHaveLength(1));
    const cancelling = jobs.get(CancelJobHandler).cancelAndShow({ caller, id: job.id });
    await eventually(() => expect(jobs.nats.told.length).toBeGreaterThan(2));
    expect(new Set(jobs.nats.told)).toEqual(new Set([`call.cancelled.v1.${job.request_id}`]));
    const error = { class: 'cancelled' as const, status: 499, code: 'cancelled', message: 'the caller left' };
    await store([endOf(job, { outcome: 'cancelled', error, answer: undefined })]);
    expect(await cancelling).toMatchObject({ status: 'cancelled', error: { message: 'The job was cancelled.' } });
  });

  it('does not exist for others', async () => {
    await start();
    const job = await askForJob(jobs);
    const answers = jobs.get(AnswerJobsHandler);
    const query = { caller: stranger, id: job.id };
    for (const attempt of [answers.read(query), answers.result(query), answers.delete(query)])
      expect(await refusal(attempt)).toBe('job_not_found');
    expect(await refusal(jobs.get(CancelJobHandler).cancelAndShow(query))).toBe('job_not_found');
    expect((await answers.list({ caller: stranger, limit: 10, order: 'desc' })).data).toEqual([]);
    await expect(answers.list({ caller: stranger, limit: 10, order: 'desc', after: job.id })).rejects.toMatchObject({
      reply: { status: 400, param: 'after' },
    });
  });

  it('is listed in pages, and by what is asked for', async () => {
    await start();
    const made: JobObject[] = [];
    for (let index = 0; index < 5; index++) made.push(await askForJob(jobs));
    const answers = jobs.get(AnswerJobsHandler);
    const ids = made.map(({ id }) => id);
    const first = await answers.list({ caller, limit: 2, order: 'asc' });
    expect(first).toMatchObject({ first_id: ids[0], last_id: ids[1], has_more: true });
    const rest = await answers.list({ caller, limit: 10, order: 'asc', after: ids[1] });
    expect(rest).toMatchObject({ has_more: false, data: ids.slice(2).map((id) => ({ id })) });
    await dispatch();
    await store([endOf(made[0] as JobObject)]);
    const ended = await answers.list({ caller, limit: 10, order: 'desc', status: 'completed' });
    expect(ended.data.map(({ id }) => id)).toEqual([ids[0]]);
    const none = await answers.list({ caller, limit: 10, order: 'desc', endpoint: '/v1/embeddings' });
    expect(none.data).toEqual([]);
  });

  it('is deleted once it has ended', async () => {
    await start();
    const job = await askForJob(jobs);
    expect(await refusal(jobs.get(AnswerJobsHandler).delete({ caller, id: job.id }))).toBe('job_not_finished');
    await dispatch();
    await store([endOf(job)]);
    expect(await jobs.get(AnswerJobsHandler).delete({ caller, id: job.id })).toMatchObject({ deleted: true });
    expect(await refusal(read(job.id))).toBe('job_not_found');
  });
});

describe('a response in the background', () => {
  const body = { model: 'gpt-small', input: 'a question', metadata: { a: 'b' } };
  const response = { id: 'resp_1', previousResponseId: null, isBackground: true };
  const ask = (): Promise<JobObject> => askForJob(jobs, { dialect: 'openai-responses', body, response });
  const show = async (id: string, whose: Caller = caller): Promise<Record<string, unknown>> =>
    (await openDocument(
      jobs.get(BodyClaims),
      await jobs.get(AnswerResponsesHandler).read({ caller: whose, id }),
    )) as Record<string, unknown>;
  const answer = (fields: object): RequestEnded['answer'] => ({
    status: 200,
    body: JSON.stringify({ id: 'resp_of_provider', object: 'response', status: 'completed', output: [], ...fields }),
  });

  it('is shown as it stands, and kept as it ended under its own id', async () => {
    await start();
    const job = await ask();
    expect(await show('resp_1')).toMatchObject({
      id: 'resp_1',
      status: 'queued',
      background: true,
      output: [],
      metadata: { a: 'b' },
    });
    await dispatch();
    await jobs.get(AnswerJobsHandler).noteStart({ jobId: job.id, requestId: job.request_id });
    expect(await show('resp_1')).toMatchObject({ status: 'in_progress' });
    const incomplete = answer({ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } });
    await store([endOf(job, { dialect: 'openai-responses', answer: incomplete })]);
    expect(await show('resp_1')).toMatchObject({ id: 'resp_1', status: 'incomplete', background: true, store: true });
    const result = await jobs.get(AnswerJobsHandler).result({ caller, id: job.id });
    const bytes = 'base64' in result.body ? Buffer.from(result.body.base64, 'base64').toString() : '';
    expect(JSON.parse(bytes)).toEqual(await show('resp_1'));
    expect(await refusal(show('resp_1', stranger))).toBe('response_not_found');
  });

  it('is kept of a stream by its last event', async () => {
    await start();
    const job = await ask();
    await dispatch();
    const last = `data: {"type":"response.completed","response":${answer({})?.body}}\n\n`;
    await store([
      endOf(job, {
        answer: { status: 200, contentType: 'text/event-stream', body: `event: response.completed\n${last}` },
      }),
    ]);
    expect(await show('resp_1')).toMatchObject({ id: 'resp_1', status: 'completed' });
  });

  it('is failed or cancelled where that is its end, and deleted only after it', async () => {
    await start();
    const job = await ask();
    expect(await refusal(jobs.get(StoreResponseHandler).delete({ caller, id: 'resp_1' }))).toBe(
      'response_not_finished',
    );
    await dispatch();
    const error = { class: 'server_error' as const, status: 502, code: 'provider_error', message: 'it broke' };
    await store([endOf(job, { dialect: 'openai-responses', outcome: 'failed', error, answer: undefined })]);
    expect(await show('resp_1')).toMatchObject({
      status: 'failed',
      error: { code: 'provider_error', message: 'it broke' },
    });
    await jobs.get(StoreResponseHandler).delete({ caller, id: 'resp_1' });
    expect(await refusal(show('resp_1'))).toBe('response_not_found');
    expect(await refusal(read(job.id))).toBe('job_not_found');

    await ask();
    const cancelled = await jobs.get(CancelResponseHandler).cancel({ caller, id: 'resp_1' });
    expect(await openDocument(jobs.get(BodyClaims), cancelled)).toMatchObject({ status: 'cancelled', error: null });
    expect(await refusal(jobs.get(CancelResponseHandler).cancel({ caller, id: 'resp_of_nobody' }))).toBe(
      'response_not_found',
    );
  });
});

describe('webhooks', () => {
  it('hear of the end of a job and of its response, once', async () => {
    await start();
    await jobs.query(
      `INSERT INTO jobs.webhook_endpoints (id, organization, project, url, name, event_types, secrets, secret_hint, public_key)
       VALUES ('we_1', 'demo', 'default', 'https://example.com/', 'one', '{job.*,response.*}', '[]', '', '')`,
    );
    const response = { id: 'resp_1', previousResponseId: null, isBackground: true };
    const job = await askForJob(jobs, {
      dialect: 'openai-responses',
      body: { model: 'gpt-small', input: 'x' },
      response,
    });
    await jobs.get(CancelJobHandler).cancelAndShow({ caller, id: job.id });
    await jobs.get(EndUnpublishedHandler).end();
    const told = await jobs.query<{ type: string }>(`SELECT type FROM jobs.webhook_events ORDER BY type`);
    expect(told.map(({ type }) => type)).toEqual(['job.cancelled', 'response.cancelled']);
  });
});
