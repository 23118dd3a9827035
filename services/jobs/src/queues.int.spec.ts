import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { MessagingError } from '#libs/messaging';
import { createTestDatabase, type TestDatabase } from '#libs/testing';
import { AnswerBatchesHandler } from './answer-batches/answer-batches.handler.js';
import { AnswerQueuesHandler } from './answer-queues/answer-queues.handler.js';
import { DispatcherLeaseRepository } from './dispatch-work/dispatcher-lease.repository.js';
import { QueueSpeedRepository } from './dispatch-work/queue-speed.repository.js';
import { JobsForTests } from './jobs.fixture.js';
import { caller, inputLines, lineEnded } from './line.fixture.js';
import { BatchLinesSource } from './publish-lines/batch-lines.source.js';
import { OpenRequestsRepository } from './list-open-requests/open-requests.repository.js';
import { StoreResultsHandler } from './store-results/store-results.handler.js';

const admin = { ...caller, organization: 'house', key: 'operator', admin: true };
let database: TestDatabase;
let jobs: JobsForTests;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  jobs = await JobsForTests.start(database.url, { limits: { publishWindowLines: 10 } });
});
afterEach(async () => {
  await jobs.query('DELETE FROM jobs.queue_pauses');
  await jobs.stop();
});

const pause = (scope: 'all' | 'model' | 'project', name = '', until: string | null = null) =>
  jobs.get(AnswerQueuesHandler).pause({ caller: admin, scope, name, reason: 'a test', until });
const resume = (scope: 'all' | 'model' | 'project', name = '') =>
  jobs.get(AnswerQueuesHandler).resume({ caller: admin, scope, name });

async function validated(lines: number, owner = caller): Promise<string> {
  const id = await jobs.create(inputLines(lines), owner);
  await jobs.validate(id);
  return id;
}

const read = (id: string, owner = caller) => jobs.get(AnswerBatchesHandler).read({ caller: owner, id });

describe('a pause', () => {
  it.each([
    ['all', ''],
    ['model', 'gpt-small'],
    ['project', 'demo/default'],
  ] as const)('of %s %s holds back work until it is resumed, also in another process', async (scope, name) => {
    await validated(3);
    await pause(scope, name);
    await jobs.dispatch();
    const other = await JobsForTests.start(database.url, { nats: jobs.nats, home: jobs.home });
    await other.dispatch('other');
    expect(jobs.nats.published).toEqual([]);
    expect(await jobs.get(AnswerQueuesHandler).list()).toMatchObject({
      data: [{ model: 'gpt-small', waiting: 3, paused: 3 }],
      pauses: [{ scope, name, reason: 'a test', paused_by: 'operator' }],
    });
    await resume(scope, name);
    await other.dispatch('other');
    await other.stopKeepingFiles();
    expect(jobs.nats.published).toHaveLength(3);
  });

  it('of another project leaves work alone, and one whose time is over counts no more', async () => {
    await validated(3);
    await pause('project', 'demo/other');
    await pause('all', '', new Date(Date.now() - 1_000).toISOString());
    await jobs.dispatch();
    expect(jobs.nats.published).toHaveLength(3);
  });

  it('without an end leaves no time to tell; with one, the work is done after it; resumed, it is as before', async () => {
    const id = await validated(3);
    await jobs.get(QueueSpeedRepository).put([{ model: 'gpt-small', perSecond: 10 }]);
    const eta = async (): Promise<number | null | undefined> => (await read(id)).queue?.estimated_completion_at;
    const soon = Math.ceil(Date.now() / 1_000) + 30;
    expect(await eta()).toBeLessThan(soon);
    await pause('all', '');
    expect((await read(id)).queue).toMatchObject({ estimated_completion_at: null, held_by: { reason: 'pause' } });
    await pause('all', '', new Date(Date.now() + 3_600_000).toISOString());
    expect(await eta()).toBeGreaterThan(soon + 3_500);
    await resume('all');
    expect(await eta()).toBeLessThan(soon);
    await jobs.dispatch();
    expect(jobs.nats.published).toHaveLength(3);
  });

  it('that does not exist cannot be resumed', async () => {
    await expect(resume('all')).rejects.toMatchObject({ reply: { status: 404, code: 'not_paused' } });
    expect(jobs.nats.noted).toEqual([]);
  });

  it('and its end are on record before they hold', async () => {
    const list = async () => (await jobs.get(AnswerQueuesHandler).list()).pauses;
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const detail = { scope: 'model', name: 'gpt-small', reason: 'a test', until };
    const both = { organization: 'installation', subject: { kind: 'queue', id: 'model:gpt-small' } };
    const actor = { kind: 'admin-key', id: 'operator' };
    jobs.nats.beforeNoted = async () => expect(await list()).toEqual([]);
    await pause('model', 'gpt-small', until);
    jobs.nats.beforeNoted = async () => expect(await list()).toHaveLength(1);
    await resume('model', 'gpt-small');
    jobs.nats.beforeNoted = async () => undefined;
    await pause('all');
    expect(jobs.nats.noted).toMatchObject([
      { ...both, type: 'queue.paused', actor, detail },
      { ...both, type: 'queue.resumed', actor, detail: { ...detail, pausedBy: 'operator' } },
      { type: 'queue.paused', subject: { kind: 'queue', id: 'all' }, detail: { scope: 'all', until: null } },
    ]);
  });

  it('that cannot be put on record is not made, and not ended', async () => {
    const list = async () => (await jobs.get(AnswerQueuesHandler).list()).pauses;
    const outage = new MessagingError('unavailable', 'the stream takes nothing');
    jobs.nats.beforeNoted = () => Promise.reject(outage);
    await expect(pause('all')).rejects.toBe(outage);
    expect(await list()).toEqual([]);
    jobs.nats.beforeNoted = async () => undefined;
    await pause('all');
    jobs.nats.beforeNoted = () => Promise.reject(outage);
    await expect(resume('all')).rejects.toBe(outage);
    expect(await list()).toMatchObject([{ scope: 'all' }]);
  });
});

describe('a batch in progress', () => {
  it('tells its place in the queue, and none once it is done', async () => {
    const large = await validated(30);
    const small = await validated(2, { ...caller, project: 'other' });
    await jobs.get(QueueSpeedRepository).put([{ model: 'gpt-small', perSecond: 4 }]);
    const before = Date.now() / 1_000;
    expect((await read(large)).queue).toMatchObject({ position: 2 });
    expect((await read(large)).queue?.estimated_completion_at).toBeGreaterThanOrEqual(Math.floor(before + 8));
    expect((await read(small, { ...caller, project: 'other' })).queue).toMatchObject({ position: 1 });
    await jobs.dispatch();
    await jobs.get(StoreResultsHandler).store([1, 2].map((line) => lineEnded(small, line, { project: 'other' })));
    await jobs.validate(small);
    expect((await read(small, { ...caller, project: 'other' })).queue).toBeUndefined();
  });
});

describe('the queues', () => {
  it('are not counted anew for each of many that ask at once, and again a moment later', async () => {
    await jobs.stop();
    jobs = await JobsForTests.start(database.url, { limits: { estimatesKeptMilliseconds: 60_000 } });
    const id = await validated(3);
    const surveys = jest.spyOn(jobs.get(BatchLinesSource), 'survey');
    await Promise.all(Array.from({ length: 20 }, () => read(id)));
    expect(surveys).toHaveBeenCalledTimes(1);
    const clock = jest.spyOn(performance, 'now').mockReturnValue(performance.now() + 60_000);
    await read(id);
    clock.mockRestore();
    expect(surveys).toHaveBeenCalledTimes(2);
  });
});

describe('the right to release', () => {
  it('belongs to one process until it gives it back or its time is over', async () => {
    const lease = jobs.get(DispatcherLeaseRepository);
    expect(await lease.hold('one', 60_000)).toBe(true);
    expect(await lease.hold('two', 60_000)).toBe(false);
    expect(await lease.hold('one', -1)).toBe(true);
    expect(await lease.hold('two', 60_000)).toBe(true);
    await lease.release('two');
    expect(await lease.hold('one', 60_000)).toBe(true);
    await lease.release('one');
  });

  it('is needed in the very statement that notes a release', async () => {
    const id = await validated(3);
    await jobs.get(DispatcherLeaseRepository).hold('somebody else', 60_000);
    await jobs.dispatch('without the right');
    await jobs.get(DispatcherLeaseRepository).release('somebody else');
    expect(jobs.nats.published).toEqual([]);
    expect(await jobs.query('SELECT offered_lines AS offered FROM jobs.batches WHERE id = $1', [id])).toEqual([
      { offered: 0 },
    ]);
  });
});

describe('requests that a worker asks for again', () => {
  it('are open while their line has no result and their batch is not settled', async () => {
    const id = await validated(3);
    await jobs.dispatch();
    await jobs.get(StoreResultsHandler).store([lineEnded(id, 2)]);
    const request = (line: number) => `req_${id.slice(6)}_${line}`;
    const asked = [request(1), request(2), request(3), 'req_unknown_0000'];
    expect(await jobs.get(OpenRequestsRepository).ended(asked)).toEqual([request(2)]);
    await jobs.query(`UPDATE jobs.batches SET ends_as = 'cancelled' WHERE id = $1`, [id]);
    expect((await jobs.get(OpenRequestsRepository).ended(asked)).toSorted()).toEqual([1, 2, 3].map(request));
  });
});
