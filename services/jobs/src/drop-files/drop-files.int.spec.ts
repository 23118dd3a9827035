import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BlobMissing, BlobStore } from '#libs/blobs';
import { createTestDatabase, type TestDatabase } from '#libs/testing';
import { AnswerBatchesHandler } from '../answer-batches/answer-batches.handler.js';
import { CancelBatchHandler } from '../cancel-batch/cancel-batch.handler.js';
import { JobsForTests } from '../jobs.fixture.js';
import { caller, inputLines, lineEnded } from '../line.fixture.js';
import { StoreFileHandler } from '../store-file/store-file.handler.js';
import { StoreResultsHandler } from '../store-results/store-results.handler.js';
import { DropFilesHandler } from './drop-files.handler.js';

let database: TestDatabase;
let jobs: JobsForTests;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  jobs = await JobsForTests.start(database.url, { limits: { fileGoneMilliseconds: 0 } });
});
afterEach(() => jobs.stop());

const unknown = { reply: { status: 404, code: 'file_not_found' } };
const files = (): StoreFileHandler => jobs.get(StoreFileHandler);
const drop = (): Promise<number> => jobs.get(DropFilesHandler).dropFiles();
const blobKeyOf = async (id: string): Promise<string> => (await files().locate({ caller, id })).blobKey;
const visible = async (): Promise<string[]> =>
  (await files().list({ caller, limit: 100, order: 'desc' })).data.map((file) => file.id);
const expire = (id: string): Promise<unknown> =>
  jobs.query(`UPDATE jobs.files SET expires_at = now() - interval '1 second' WHERE id = $1`, [id]);
const bytesOf = async (key: string): Promise<Uint8Array> => jobs.get(BlobStore).readRange(key, 0, 1);

describe('files that are dropped', () => {
  it('cannot be seen from the moment they are deleted, and are gone with their bytes after a sweep', async () => {
    const kept = await jobs.upload('kept');
    const { id } = await jobs.upload('deleted');
    const key = await blobKeyOf(id);

    expect(await files().delete({ caller, id })).toEqual({ id, object: 'file', deleted: true });
    await expect(files().locate({ caller, id })).rejects.toMatchObject(unknown);
    await expect(files().delete({ caller, id })).rejects.toMatchObject(unknown);
    expect(await visible()).toEqual([kept.id]);
    expect(await drop()).toBe(1);
    await expect(bytesOf(key)).rejects.toThrow(BlobMissing);
    expect(await jobs.query('SELECT FROM jobs.files WHERE id = $1', [id])).toEqual([]);
    expect(await jobs.download(kept.id)).toBe('kept');
  });

  it('belong to their project: a stranger deletes nothing, and is told what a stranger to nothing is told', async () => {
    const { id } = await jobs.upload('mine');
    for (const stranger of [
      { ...caller, project: 'other' },
      { ...caller, organization: 'other' },
    ])
      await expect(files().delete({ caller: stranger, id })).rejects.toMatchObject(unknown);

    expect(await jobs.download(id)).toBe('mine');
  });

  it('expire by the time that was asked for, counted from when they were made', async () => {
    const file = await jobs.upload('short-lived', caller, { expiresAfterSeconds: 3_600 });
    expect(file.expires_at).toBe(file.created_at + 3_600);
    for (const expiresAfterSeconds of [3_599, 2_592_001])
      await expect(jobs.upload('x', caller, { expiresAfterSeconds })).rejects.toMatchObject({
        reply: { status: 400, param: 'expires_after.seconds' },
      });

    expect(await drop()).toBe(0);
    const key = await blobKeyOf(file.id);
    await expire(file.id);
    await expect(files().locate({ caller, id: file.id })).rejects.toMatchObject(unknown);
    await expect(jobs.createOf(file.id)).rejects.toMatchObject({ reply: { status: 404, param: 'input_file_id' } });
    expect(await drop()).toBe(1);
    await expect(bytesOf(key)).rejects.toThrow(BlobMissing);
  });

  it('make room for others of their project when they go', async () => {
    await jobs.stop();
    jobs = await JobsForTests.start(database.url, { limits: { fileGoneMilliseconds: 0, fileBytesPerProject: 10 } });
    const owner = { ...caller, project: 'full' };
    const { id } = await jobs.upload('1234567', owner);
    const refusal = { reply: { status: 413, code: 'file_storage_exceeded' } };
    await expect(jobs.upload('1234', owner)).rejects.toMatchObject(refusal);
    await jobs.upload('1234', { ...caller, project: 'other' });
    await files().delete({ caller: owner, id });
    expect((await jobs.upload('1234', owner)).bytes).toBe(4);
    expect(await drop()).toBe(1);
  });

  it('are still a mark to go on from in a list, until they are gone', async () => {
    const owner = { ...caller, project: 'marks' };
    const ids: string[] = [];
    for (const content of ['a', 'b', 'c']) ids.unshift((await jobs.upload(content, owner)).id);
    await files().delete({ caller: owner, id: ids[0] ?? '' });
    const rest = await files().list({ caller: owner, limit: 10, order: 'desc', after: ids[0] });

    expect(rest.data.map((file) => file.id)).toEqual(ids.slice(1));
    expect(await drop()).toBe(1);
  });

  it('stay for a batch that still needs them', async () => {
    const { id: fileId } = await jobs.upload(inputLines(2));
    const id = await jobs.createOf(fileId);
    await files().delete({ caller, id: fileId });
    expect(await drop()).toBe(0);
    await jobs.advance(id);
    await jobs.get(StoreResultsHandler).store([lineEnded(id, 1)]);
    await jobs.get(CancelBatchHandler).cancel({ caller, id });
    await jobs.get(StoreResultsHandler).store([lineEnded(id, 2)]);
    await jobs.advance(id);

    expect(await jobs.get(AnswerBatchesHandler).read({ caller, id })).toMatchObject({
      status: 'cancelled',
      request_counts: { completed: 2 },
    });
    expect(await drop()).toBe(1);
  });

  it('are the outputs of batches too, where that was asked for; the batch goes on naming them', async () => {
    const id = await jobs.create(inputLines(1), caller, { outputExpiresAfterSeconds: 3_600 });
    await jobs.advance(id);
    await jobs.get(StoreResultsHandler).store([lineEnded(id, 1)]);
    await jobs.advance(id);
    const batch = await jobs.get(AnswerBatchesHandler).read({ caller, id });
    const outputId = batch.output_file_id ?? '';
    const { file } = await files().locate({ caller, id: outputId });
    expect(batch.output_expires_after).toEqual({ anchor: 'created_at', seconds: 3_600 });
    expect(file.expires_at).toBe(file.created_at + 3_600);
    await expire(outputId);
    expect(await drop()).toBe(1);

    await expect(jobs.download(outputId)).rejects.toMatchObject(unknown);
    expect((await jobs.get(AnswerBatchesHandler).read({ caller, id })).output_file_id).toBe(outputId);
  });
});

describe('bytes that no file names', () => {
  it('are removed once they are old enough, and no others', async () => {
    async function* source(): AsyncIterable<Uint8Array> {
      yield Buffer.from('x');
    }
    const { id } = await jobs.upload('named');
    const named = await blobKeyOf(id);
    await jobs.query(
      `INSERT INTO jobs.jobs (id, request_id, organization, project, key, endpoint, model, is_streamed, facts, run_at, is_scheduled,
         expires_at, body_blob_key)
       VALUES ('job_kept', 'req_kept', 'demo', 'default', 'ci', '/v1/chat/completions', 'gpt-small', false, '{}', now(), false,
         now(), 'jobs/job_kept/body')`,
    );
    const ofJobs = ['jobs/job_kept/body', 'jobs/job_kept/result', 'jobs/job_gone/result'];
    for (const key of [...ofJobs, 'files/orphan', 'batches/batch_a/output.jsonl', 'elsewhere/orphan'])
      await jobs.get(BlobStore).write(key, source(), { maxBytes: 10 });
    const handler = jobs.get(DropFilesHandler);
    expect(await handler.dropOrphans(new Date())).toBe(0);
    expect(await handler.dropOrphans(new Date(Date.now() + 25 * 3_600_000))).toBe(4);

    await expect(bytesOf('files/orphan')).rejects.toThrow(BlobMissing);
    expect(await bytesOf(named)).toHaveLength(1);
    expect(await bytesOf('jobs/job_kept/body')).toHaveLength(1);
    await expect(bytesOf('jobs/job_kept/result')).rejects.toThrow(BlobMissing);
    expect(await bytesOf('elsewhere/orphan')).toHaveLength(1);
    await jobs.query(`DELETE FROM jobs.jobs WHERE id = 'job_kept'`);
  });
});
