import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BlobStore } from '#libs/blobs';
import type { Caller, MessageBatchObject, RequestEnded } from '#libs/contracts';
import { createTestDatabase, type TestDatabase } from '#libs/testing';
import { AnswerBatchesHandler } from '../answer-batches/answer-batches.handler.js';
import { CancelBatchHandler } from '../cancel-batch/cancel-batch.handler.js';
import { CreateBatchHandler } from '../create-batch/create-batch.handler.js';
import { DropFilesHandler } from '../drop-files/drop-files.handler.js';
import type { JobLimits } from '../job-limits.js';
import { JobsForTests } from '../jobs.fixture.js';
import { caller, lineEnded } from '../line.fixture.js';
import { OpenRequestsRepository } from '../list-open-requests/open-requests.repository.js';
import { StoreFileHandler } from '../store-file/store-file.handler.js';
import { StoreResultsHandler } from '../store-results/store-results.handler.js';
import { MessageBatchesHandler } from './message-batches.handler.js';

let database: TestDatabase;
let jobs: JobsForTests;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const start = async (limits: Partial<JobLimits> = {}): Promise<void> => {
  jobs = await JobsForTests.start(database.url, { limits: { fileGoneMilliseconds: 0, ...limits } });
};
beforeEach(() => start());
afterEach(() => jobs.stop());

const handler = (): MessageBatchesHandler => jobs.get(MessageBatchesHandler);
const read = (id: string): Promise<MessageBatchObject> => handler().read({ caller, id });
const store = (events: readonly RequestEnded[]): Promise<void> => jobs.get(StoreResultsHandler).store(events);
const good = { model: 'gpt-small', max_tokens: 10, messages: [{ role: 'user', content: 'hi' }] };
const processing = (count: number) => ({ processing: count, succeeded: 0, errored: 0, canceled: 0, expired: 0 });
const unknown = { reply: { status: 404, code: 'batch_not_found' } };

/** Makes a batch of these parameters, one request each, named `r1` and on. */
async function create(params: readonly object[], owner: Caller = caller): Promise<string> {
  const lines = params.map((entry, index) => `{"custom_id":"r${index + 1}","params":${JSON.stringify(entry)}}\n`);
  async function* source(): AsyncIterable<Uint8Array> {
    yield Buffer.from(lines.join(''));
  }
  const blobKey = `files/${crypto.randomUUID()}`;
  const stored = await jobs.get(BlobStore).write(blobKey, source(), { maxBytes: 1_000_000 });
  return (await handler().create({ caller: owner, blobKey, ...stored, requests: params.length })).id;
}

async function results(id: string): Promise<{ custom_id: string; result: { type: string } }[]> {
  const { blobKey, bytes } = await handler().results({ caller, id });
  const text = Buffer.from(await jobs.get(BlobStore).readRange(blobKey, 0, bytes)).toString();
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { custom_id: string; result: { type: string } });
}

/** Publishes all, answers the good lines, and ends the batch. */
async function run(id: string, answered: readonly number[]): Promise<void> {
  await jobs.advance(id);
  await store([...jobs.nats.ended, ...answered.map((line) => lineEnded(id, line, { dialect: 'anthropic-messages' }))]);
  await jobs.advance(id);
}

describe('a batch of messages', () => {
  it('says which of its requests have ended, so that none is called again after a crash of a worker', async () => {
    const id = await create([good, good]);
    await jobs.advance(id);
    await store([lineEnded(id, 1, { dialect: 'anthropic-messages' })]);
    const asked = [1, 2].map((line) => `req_${id.slice(9)}_${line}`);
    expect(await jobs.get(OpenRequestsRepository).ended(asked)).toEqual([asked[0]]);
  });

  it('goes through the same engine, with a result of its own for what is wrong within one request', async () => {
    const id = await create([good, { ...good, max_tokens: 0 }, { ...good, stream: true }, good]);
    expect(id).toMatch(/^msgbatch_[0-9a-f]{32}$/);
    expect(await read(id)).toMatchObject({
      processing_status: 'in_progress',
      request_counts: processing(4),
      ended_at: null,
      results_url: null,
    });
    await jobs.advance(id);
    expect(await read(id)).toMatchObject({ processing_status: 'in_progress', request_counts: processing(4) });
    await expect(handler().results({ caller, id })).rejects.toMatchObject({ reply: { status: 404 } });
    expect(jobs.nats.lines()).toEqual([1, 4]);
    expect(JSON.parse(jobs.nats.published[0]?.body ?? '')).toEqual(good);
    expect(JSON.parse(jobs.nats.published[0]?.headers['Switchyard-Facts'] ?? '')).toMatchObject({
      dialect: 'anthropic-messages',
      requestId: `req_${id.slice(9)}_1`,
    });
    await run(id, [1, 4]);

    const ended = await read(id);
    expect(ended).toMatchObject({
      processing_status: 'ended',
      request_counts: { processing: 0, succeeded: 2, errored: 2, canceled: 0, expired: 0 },
      results_url: `/v1/messages/batches/${id}/results`,
      cancel_initiated_at: null,
      archived_at: null,
    });
    expect(Date.parse(ended.expires_at) - Date.parse(ended.created_at)).toBe(86_400_000);
    const lines = await results(id);
    expect(lines).toMatchObject([
      { custom_id: 'r1', result: { type: 'succeeded', message: { id: 'answer-1' } } },
      {
        custom_id: 'r2',
        result: {
          type: 'errored',
          error: {
            type: 'error',
            error: { type: 'invalid_request_error', message: expect.stringContaining('max_tokens') },
          },
        },
      },
      { custom_id: 'r3', result: { type: 'errored' } },
      { custom_id: 'r4', result: { type: 'succeeded' } },
    ]);
    expect(jobs.nats.ended.map(({ outcome, attempts }) => [outcome, attempts])).toEqual([
      ['failed', []],
      ['failed', []],
    ]);
  });

  it('is cancelled: what is under way may end, the rest is canceled', async () => {
    await jobs.stop();
    await start({ publishWindowLines: 2, publishStepLines: 2 });
    const id = await create([good, good, good]);
    await jobs.advance(id);
    const cancelling = await handler().cancel({ caller, id });
    expect(cancelling).toMatchObject({ processing_status: 'canceling', request_counts: processing(3) });
    expect(cancelling.cancel_initiated_at).not.toBeNull();
    expect((await handler().cancel({ caller, id })).cancel_initiated_at).toBe(cancelling.cancel_initiated_at);
    await run(id, [1, 2]);

    expect((await read(id)).request_counts).toEqual({
      processing: 0,
      succeeded: 2,
      errored: 0,
      canceled: 1,
      expired: 0,
    });
    expect((await results(id)).map(({ result }) => result.type)).toEqual(['succeeded', 'succeeded', 'canceled']);
    await expect(handler().cancel({ caller, id })).rejects.toMatchObject({ reply: { status: 400 } });
  });

  it('is cancelled before its requests are listed: each of them is canceled all the same', async () => {
    const id = await create([good, { ...good, max_tokens: 0 }]);
    expect(await handler().cancel({ caller, id })).toMatchObject({ processing_status: 'canceling' });
    await jobs.advance(id);

    expect(await read(id)).toMatchObject({
      processing_status: 'ended',
      request_counts: { processing: 0, succeeded: 0, errored: 0, canceled: 2, expired: 0 },
    });
    expect(await results(id)).toEqual([
      { custom_id: 'r1', result: { type: 'canceled' } },
      { custom_id: 'r2', result: { type: 'canceled' } },
    ]);
    expect(jobs.nats.published).toEqual([]);
    expect(jobs.nats.ended.map(({ outcome }) => outcome)).toEqual(['cancelled', 'cancelled']);
  });

  it('expires: what is done stays done', async () => {
    await jobs.stop();
    await start({ cancelGraceMilliseconds: 0 });
    const id = await create([good, good]);
    await jobs.advance(id);
    await store([lineEnded(id, 1)]);
    await jobs.query(`UPDATE jobs.batches SET expires_at = now() WHERE id = $1`, [id]);
    await jobs.advance(id);

    expect((await read(id)).request_counts).toEqual({
      processing: 0,
      succeeded: 1,
      errored: 0,
      canceled: 0,
      expired: 1,
    });
    expect((await results(id)).map(({ result }) => result.type)).toEqual(['succeeded', 'expired']);
  });

  it('is deleted once it has ended, with its results, and not before; late results change nothing', async () => {
    await jobs.get(DropFilesHandler).dropFiles();
    const id = await create([good]);
    await expect(handler().delete({ caller, id })).rejects.toMatchObject({ reply: { status: 400 } });
    await run(id, [1]);
    const { blobKey } = await handler().results({ caller, id });
    expect(await handler().delete({ caller, id })).toEqual({ id, type: 'message_batch_deleted' });
    await store([lineEnded(id, 1)]);

    await expect(read(id)).rejects.toMatchObject(unknown);
    expect(await jobs.get(DropFilesHandler).dropFiles()).toBe(2);
    await expect(jobs.get(BlobStore).readRange(blobKey, 0, 1)).rejects.toThrow('No file is stored');
    for (const table of ['batch_lines', 'batch_results'])
      expect(await jobs.query(`SELECT FROM jobs.${table} WHERE batch_id = $1`, [id])).toEqual([]);
  });

  it('keeps its results for 29 days from when it was made, and says when they are gone', async () => {
    const id = await create([good]);
    await run(id, [1]);
    await jobs.query(`UPDATE jobs.batches SET created_at = created_at - interval '29 days' WHERE id = $1`, [id]);

    const archived = await read(id);
    expect(archived).toMatchObject({ processing_status: 'ended', results_url: null });
    expect(Date.parse(archived.archived_at ?? '')).toBe(Date.parse(archived.created_at) + 29 * 86_400_000);
    await expect(handler().results({ caller, id })).rejects.toMatchObject({ reply: { status: 404 } });
    const [file] = await jobs.query<{ days: number }>(
      `SELECT extract(epoch FROM expires_at - created_at) / 86400 AS days FROM jobs.files WHERE id = $1`,
      [`file-${id.slice(9)}-results`],
    );
    expect(Math.round(Number(file?.days))).toBe(29);
  });

  it('pages both ways, and shows nothing to strangers and refuses a forged mark', async () => {
    const owner = { ...caller, project: 'paged' };
    const ids: string[] = [];
    for (let count = 0; count < 5; count += 1) ids.unshift(await create([good], owner));
    const list = async (page: object, whose: Caller = owner) => {
      const found = await handler().list({ caller: whose, limit: 2, ...page });
      return [found.data.map((batch) => batch.id), found.has_more];
    };

    expect(await list({})).toEqual([ids.slice(0, 2), true]);
    expect(await list({ afterId: ids[1] })).toEqual([ids.slice(2, 4), true]);
    expect(await list({ afterId: ids[3] })).toEqual([ids.slice(4), false]);
    expect(await list({ beforeId: ids[3] })).toEqual([ids.slice(1, 3), true]);
    expect(await list({ beforeId: ids[1] })).toEqual([ids.slice(0, 1), false]);
    const foreign = await create([good]);
    for (const mark of [foreign, 'msgbatch_none', '', "' OR 1=1 --", 'a\0b']) {
      await expect(list({ afterId: mark })).rejects.toMatchObject({ reply: { status: 400, param: 'after_id' } });
      await expect(list({ beforeId: mark })).rejects.toMatchObject({ reply: { status: 400, param: 'before_id' } });
    }
    await expect(handler().list({ caller: owner, limit: 2, afterId: 'a', beforeId: 'b' })).rejects.toMatchObject({
      reply: { status: 400 },
    });
    const stranger = { ...caller, organization: 'other' };
    expect(await list({}, stranger)).toEqual([[], false]);
    await expect(list({ afterId: ids[0] }, stranger)).rejects.toMatchObject({ reply: { status: 400 } });
    for (const id of [ids[0] ?? '', 'msgbatch_none', 'a\0b']) {
      const query = { caller: stranger, id };
      for (const call of ['read', 'cancel', 'delete', 'results'] as const)
        await expect(handler()[call](query)).rejects.toMatchObject(unknown);
    }
  });

  it('and a batch of the other form do not know each other, and neither do their files', async () => {
    const id = await create([good]);
    await run(id, [1]);
    const other = await jobs.create('');
    const fileId = `file-${id.slice(9)}-results`;

    await expect(jobs.get(AnswerBatchesHandler).read({ caller, id })).rejects.toMatchObject({ reply: { status: 404 } });
    await expect(jobs.get(CancelBatchHandler).cancel({ caller, id })).rejects.toMatchObject({ reply: { status: 404 } });
    await expect(read(other)).rejects.toMatchObject(unknown);
    expect(
      (await jobs.get(AnswerBatchesHandler).list({ caller, limit: 100 })).data.map((batch) => batch.id),
    ).not.toContain(id);
    for (const hidden of [fileId, `file-${id.slice(9)}-input`]) {
      await expect(jobs.get(StoreFileHandler).locate({ caller, id: hidden })).rejects.toMatchObject({
        reply: { status: 404 },
      });
      await expect(jobs.get(StoreFileHandler).delete({ caller, id: hidden })).rejects.toMatchObject({
        reply: { status: 404 },
      });
    }
    await expect(
      jobs.get(CreateBatchHandler).create({
        caller,
        input: { fileId },
        endpoint: '/v1/chat/completions',
        completionWindow: '24h',
        metadata: null,
        outputExpiresAfterSeconds: null,
      }),
    ).rejects.toMatchObject({ reply: { status: 404 } });
  });
});
