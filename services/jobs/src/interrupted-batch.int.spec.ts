import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { BatchObject, RequestEnded } from '#libs/contracts';
import { createTestDatabase, type TestDatabase } from '#libs/testing';
import { AnswerBatchesHandler } from './answer-batches/answer-batches.handler.js';
import { CancelBatchHandler } from './cancel-batch/cancel-batch.handler.js';
import { FinalizeBatchHandler } from './finalize-batch/finalize-batch.handler.js';
import { SettlementRepository } from './finalize-batch/settlement.repository.js';
import { DispatcherLeaseRepository } from './dispatch-work/dispatcher-lease.repository.js';
import { JobsForTests } from './jobs.fixture.js';
import { BatchRepository } from './keep-batch/batch.repository.js';
import { caller, inputLines, lineEnded } from './line.fixture.js';
import { PublishLinesHandler } from './publish-lines/publish-lines.handler.js';
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
    limits: { publishStepLines: 10, resultsPageRows: 7, resultsPageBytes: 2_000 },
  });
});
afterEach(() => jobs.stop());

const read = (id: string): Promise<BatchObject> => jobs.get(AnswerBatchesHandler).read({ caller, id });
const store = (events: readonly RequestEnded[]): Promise<void> => jobs.get(StoreResultsHandler).store(events);
const failed = (id: string, line: number) =>
  lineEnded(id, line, {
    outcome: 'failed',
    error: { class: 'server_error', message: 'down\0', status: 503, code: 'server_error' },
    answer: undefined,
  });
const shuffled = <T>(items: readonly T[]): T[] =>
  items
    .map((item, index) => ({ item, key: createHash('md5').update(String(index)).digest('hex') }))
    .toSorted((one, other) => one.key.localeCompare(other.key))
    .map(({ item }) => item);

const nameOf = (line: string): string => {
  const { custom_id: name }: { custom_id: string } = JSON.parse(line);
  return name;
};

/** All lines in, every third one failed. */
const eventsOf = (id: string, lines: number): RequestEnded[] =>
  Array.from({ length: lines }, (_, index) => (index % 3 === 2 ? failed(id, index + 1) : lineEnded(id, index + 1)));

async function published(lines: number): Promise<string> {
  const id = await jobs.create(inputLines(lines));
  await jobs.advance(id);
  expect(await read(id)).toMatchObject({ status: 'in_progress', request_counts: { total: lines } });
  return id;
}

describe('a batch whose process is killed between two steps', () => {
  it('is validated again without a trace of the first time', async () => {
    const id = await jobs.create(inputLines(30));
    const killed = new AbortController();
    killed.abort(new Error('killed'));
    await expect(jobs.advance(id, 'killed', killed.signal)).rejects.toThrow('killed');
    await jobs.advance(id);

    expect((await read(id)).request_counts.total).toBe(30);
  });

  it('is published on in the same messages, however little is wanted by then', async () => {
    const id = await jobs.create(inputLines(7));
    await jobs.advance(id, 'killed');
    const before = jobs.nats.published.map(({ messageId }) => messageId);
    // As if it had died before the note.
    await jobs.query(`UPDATE jobs.batches SET published_lines = 0`);
    const { signal } = new AbortController();
    const order = { holder: 'next', count: 2, avoid: [], pausedModels: [], rest: () => undefined, signal };
    await jobs.get(DispatcherLeaseRepository).release('killed');
    await jobs.get(DispatcherLeaseRepository).hold('next', 10_000);
    expect(await jobs.get(PublishLinesHandler).publish(id, order)).toMatchObject({ count: 7 });
    expect(jobs.nats.published.map(({ messageId }) => messageId)).toEqual([...before, ...before]);
    expect(new Set(before).size).toBe(1);
  });

  it('is published on from the last note, repeating at most one step under the same ids', async () => {
    const id = await jobs.create(inputLines(35));
    jobs.nats.beforeStored = ({ requestId }) => {
      if (requestId.endsWith('_15')) throw new Error('killed');
    };
    await jobs.advance(id, 'killed');
    jobs.nats.beforeStored = () => undefined;
    await jobs.advance(id, 'next');

    const ids = jobs.nats.published.map(({ requestId }) => requestId);
    expect(new Set(ids).size).toBe(35);
    expect(ids.length).toBeLessThanOrEqual(45);
  });

  it('counts a repeated result once, in whatever order results come', async () => {
    const id = await published(30);
    const events = shuffled(eventsOf(id, 30));
    await store(events.slice(0, 20));
    await store([...events.slice(10), ...events.slice(0, 5), ...events]);

    expect(await read(id)).toMatchObject({
      request_counts: { total: 30, completed: 20, failed: 10 },
      usage: { input_tokens: 300, output_tokens: 150 },
      cost_usd: '0.000045',
    });
  });

  it('counts each result once when many are stored at the same time', async () => {
    const ids = [await published(60), await published(60)];
    const events = ids.flatMap((id) => eventsOf(id, 60));
    await Promise.all(Array.from({ length: 8 }, (_, round) => store(round % 2 ? events : events.toReversed())));

    for (const id of ids) expect((await read(id)).request_counts).toEqual({ total: 60, completed: 40, failed: 20 });
  });

  it('keeps no result of an unknown batch, a line it does not have, or somebody else', async () => {
    const id = await published(3);
    await store([
      lineEnded('batch_00000000000000000000000000000000', 1),
      lineEnded(id, 4),
      lineEnded(id, 1, { organization: 'other' }),
      lineEnded(id, 2, { project: 'other' }),
      lineEnded(id, 3),
    ]);

    expect((await read(id)).request_counts).toEqual({ total: 3, completed: 1, failed: 0 });
  });

  it('writes the same bytes when it is finalized again', async () => {
    const id = await published(50);
    await store(shuffled(eventsOf(id, 50)));
    await jobs.query(`UPDATE jobs.batches SET lease_holder = 'test' WHERE id = $1`, [id]);
    await jobs.get(SettlementRepository).settle(id, 'test');
    const { batch } = await jobs.get(BatchRepository).readNow(id);
    const lost = new AbortController();
    await expect(
      jobs.get(FinalizeBatchHandler).finalize(batch, { holder: 'somebody else', signal: lost.signal }),
    ).rejects.toThrow(id);
    const before = await jobs.query<{ id: string }>(
      `SELECT id FROM jobs.files WHERE purpose = 'batch_output' AND blob_key LIKE $1`,
      [`%${id}%`],
    );
    expect(before).toEqual([]);
    expect((await read(id)).status).toBe('finalizing');
    await jobs.get(FinalizeBatchHandler).finalize(batch, { holder: 'test', signal: lost.signal });
    const completed = await read(id);
    const hashes = async () =>
      Promise.all(
        [completed.output_file_id, completed.error_file_id].map(async (file) =>
          createHash('sha256')
            .update(await jobs.download(file))
            .digest('hex'),
        ),
      );
    const first = await hashes();
    await expect(
      jobs.get(FinalizeBatchHandler).finalize(batch, { holder: 'test', signal: lost.signal }),
    ).rejects.toThrow(id);

    expect(await hashes()).toEqual(first);
    expect(await read(id)).toEqual(completed);
    const rows = await jobs.query<{ sha256: string }>(
      `SELECT sha256 FROM jobs.files WHERE id = ANY($1) ORDER BY id DESC`,
      [[completed.output_file_id, completed.error_file_id]],
    );
    expect(rows.map(({ sha256 }) => sha256)).toEqual(first);
    const names = (
      await Promise.all([completed.output_file_id, completed.error_file_id].map((file) => jobs.download(file)))
    )
      .join('')
      .trimEnd()
      .split('\n');
    expect(new Set(names.map((line) => nameOf(line))).size).toBe(50);
    expect(names).toHaveLength(50);
  });

  it('ends as cancelled when it is cancelled before or while it is validated', async () => {
    const id = await jobs.create(inputLines(5));
    await jobs.get(CancelBatchHandler).cancel({ caller, id });
    await jobs.advance(id);

    expect(await read(id)).toMatchObject({
      status: 'cancelled',
      output_file_id: null,
      error_file_id: null,
      request_counts: { total: 0 },
    });
    expect(jobs.nats.published).toEqual([]);
  });

  it('stamps each time once, and in order', async () => {
    const id = await published(3);
    await store(eventsOf(id, 3));
    await jobs.advance(id);
    const [row] = await jobs.query<Record<string, Date>>(
      'SELECT created_at, in_progress_at, finalizing_at, completed_at, expires_at FROM jobs.batches WHERE id = $1',
      [id],
    );
    const times = ['created_at', 'in_progress_at', 'finalizing_at', 'completed_at', 'expires_at'].map(
      (name) => row?.[name]?.getTime() ?? 0,
    );

    expect(times).toEqual(times.toSorted((one, other) => one - other));
    expect((times[4] ?? 0) - (times[0] ?? 0)).toBe(86_400_000);
    expect(await jobs.get(BatchRepository).move(id, 'cancelling')).toBeUndefined();
    expect(await jobs.get(BatchRepository).move(id, 'finalizing')).toBeUndefined();
  });

  it('is swept by one process only, not before publication is old enough, and rests between sweeps', async () => {
    const id = await published(3);
    const other = await JobsForTests.start(database.url, { nats: jobs.nats, home: jobs.home });
    for (let look = 0; look < 2; look += 1)
      await Promise.all([jobs, other].map((process) => process.get(SweepLinesHandler).sweep()));
    const counts = await Promise.all([jobs, other].map((process) => process.get(SweepLinesHandler).sweep()));
    await other.stopKeepingFiles();

    expect(jobs.nats.lines().filter((line) => line === 1)).toHaveLength(2);
    expect(counts).toEqual([0, 0]);
    expect(
      (await jobs.query<{ sweeps: number }>('SELECT sweeps FROM jobs.batches WHERE id = $1', [id]))[0]?.sweeps,
    ).toBe(1);
  });
});
