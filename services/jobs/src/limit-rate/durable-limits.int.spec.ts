import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { BatchObject, Facts, RateLimits, Snapshot } from '#libs/contracts';
import { LimitGate, LimitIndex } from '#libs/limits';
import { LimitBucket, MessagingParts, SnapshotWatch } from '#libs/messaging';
import { createTestDatabase, eventually, startNatsForTests, type NatsForTests, type TestDatabase } from '#libs/testing';
import { AnswerBatchesHandler } from '../answer-batches/answer-batches.handler.js';
import { AnswerQueuesHandler } from '../answer-queues/answer-queues.handler.js';
import { QueueSpeedRepository } from '../dispatch-work/queue-speed.repository.js';
import { askForJob } from '../job.fixture.js';
import { JobsForTests } from '../jobs.fixture.js';
import { PlayedNats } from '../played-nats.fixture.js';
import { caller, inputLines, lineEnded } from '../line.fixture.js';
import { StoreResultsHandler } from '../store-results/store-results.handler.js';
import { DurableLimits } from './durable-limits.js';

const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };
const START_MILLISECONDS = 60_000;
let database: TestDatabase;
let nats: NatsForTests;
let parts: MessagingParts;
let played: PlayedNats;
let jobs: JobsForTests;
let named = 0;

beforeAll(async () => {
  [database, nats] = await Promise.all([createTestDatabase(), startNatsForTests()]);
  parts = await MessagingParts.open(nats.url, 'test', SILENT);
}, START_MILLISECONDS);
afterAll(async () => {
  await parts.close();
  await Promise.all([nats.stop(), database.drop()]);
});
beforeEach(() => {
  played = new PlayedNats();
  played.limits = new LimitBucket(parts.messaging);
  named += 1;
});
afterEach(async () => {
  await jobs.query(`DELETE FROM jobs.jobs`);
  await jobs.stop();
});

/** A project that no other test has, under these limits; another one beside it has none. */
async function startWith(limits: RateLimits) {
  const project = `p${named}`;
  const organizations = [{ name: 'demo', projects: [{ name: project, limits }, { name: 'free' }] }];
  played.snapshot = { ...played.snapshot, organizations };
  jobs = await JobsForTests.start(database.url, { nats: played });
  return { ...caller, project };
}

async function validated(lines: number, owner: typeof caller): Promise<string> {
  const id = await jobs.create(inputLines(lines), owner);
  await jobs.validate(id);
  return id;
}

const end = async (id: string, lines: readonly number[], project: string): Promise<void> => {
  await jobs.get(StoreResultsHandler).store(lines.map((line) => lineEnded(id, line, { project })));
  await jobs.get(DurableLimits).settle();
};
const queueOf = async (id: string, owner: typeof caller): Promise<BatchObject['queue']> =>
  (await jobs.get(AnswerBatchesHandler).read({ caller: owner, id })).queue;

describe('rate limits of the durable lane', () => {
  it('let lines of a batch wait, fail none, and tell the batch what it waits for', async () => {
    const owner = await startWith({ requestsPerMinute: 10 });
    const id = await validated(15, owner);
    await jobs.dispatch();
    // The last tenth is for callers that wait.
    expect(played.lines()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    await end(id, [1, 2, 3], owner.project);
    await jobs.get(QueueSpeedRepository).put([{ model: 'gpt-small', perSecond: 1_000 }]);
    const queue = await queueOf(id, owner);
    expect(queue?.held_by).toMatchObject({ reason: 'limit', of: expect.stringContaining('10 requests a minute') });
    // By the speed alone it would be done at once; the first use leaves the window in a minute.
    expect((queue?.estimated_completion_at ?? 0) - Date.now() / 1_000).toBeGreaterThan(30);
    const [shown] = (await jobs.get(AnswerQueuesHandler).list()).data;
    expect(shown).toMatchObject({ waiting: 6, limited: 6, paused: 0 });
  });

  it('count with those of waiting callers, over all processes', async () => {
    const owner = await startWith({ requestsPerMinute: 10 });
    const other = new LimitGate(parts.messaging, new LimitBucket(parts.messaging), 'ingress');
    const index = new LimitIndex();
    index.follow(played.snapshot as Snapshot);
    const [applied] = index.of(owner, 'gpt-small').own;
    if (!applied) throw new Error('no limit');
    for (let count = 0; count < 6; count += 1) (await other.take([applied], 1)).end(1);
    await other.stop();
    await validated(15, owner);
    await jobs.dispatch();
    expect(played.lines()).toEqual([1, 2, 3]);
  });

  it('let as many lines be under way as they say, and the next ones when some have ended, in another process too', async () => {
    const owner = await startWith({ concurrency: 4 });
    const id = await validated(10, owner);
    await jobs.dispatch();
    expect(played.lines()).toEqual([1, 2, 3, 4]);
    const second = await JobsForTests.start(database.url, { nats: played, home: jobs.home });
    // The first process has died: what it let through is counted by the one that releases now.
    await jobs.get(DurableLimits).beforeApplicationShutdown();
    await second.dispatch('second');
    expect(played.lines()).toHaveLength(4);
    await second.get(StoreResultsHandler).store([1, 2].map((line) => lineEnded(id, line, { project: owner.project })));
    await second.get(DurableLimits).settle();
    await eventually(async () => {
      await second.dispatch('second');
      expect(played.lines()).toEqual([1, 2, 3, 4, 5, 6]);
    });
    await second.stopKeepingFiles();
  });

  it('count tokens by what was used, once that is known', async () => {
    const owner = await startWith({ tokensPerMinute: 400 });
    const id = await validated(3, owner);
    await jobs.dispatch();
    expect(played.lines()).toEqual([1]);
    await end(id, [1], owner.project);
    await eventually(async () => {
      await jobs.dispatch();
      expect(played.lines()).toEqual([1, 2]);
    });
  });

  it.each<[RateLimits, number]>([
    [{ requestsPerDay: 10 }, 9],
    [{ tokensPerDay: 400 }, 1],
  ])('hold by the day too: under %j so many lines go: %d', async (limits, count) => {
    const owner = await startWith(limits);
    const id = await validated(12, owner);
    await jobs.dispatch();
    expect(played.lines()).toHaveLength(count);
    await jobs.get(QueueSpeedRepository).put([{ model: 'gpt-small', perSecond: 1_000 }]);
    const queue = await queueOf(id, owner);
    expect(queue?.held_by).toMatchObject({ reason: 'limit', of: expect.stringMatching(/(requests|tokens) a day/) });
    if (limits.tokensPerDay === undefined)
      expect((queue?.estimated_completion_at ?? 0) - Date.now() / 1_000).toBeGreaterThan(23 * 3_600);
  });

  it('hold jobs of a key that the admin API made, and nobody else of its project', async () => {
    const hash = 'a'.repeat(64);
    const owner = { ...caller, project: `p${named}` };
    const entry = { hash, ...owner, name: 'made', key: 'made', limits: { requestsPerMinute: 10 } };
    played.keys.entries.set(hash, entry);
    await startWith({});
    for (let count = 0; count < 12; count += 1) {
      await askForJob(jobs, { owner: { ...owner, key: 'made' } });
      await askForJob(jobs, { owner });
    }
    await jobs.dispatch();
    const keys = played.published.map(({ headers }) => (JSON.parse(headers['Switchyard-Facts'] ?? '{}') as Facts).key);
    expect([keys.filter((key) => key === 'made').length, keys.filter((key) => key === 'ci').length]).toEqual([9, 12]);
  });

  it('let a line that is larger than a limit of tokens go when nothing else has been used', async () => {
    const owner = await startWith({ tokensPerMinute: 100 });
    const id = await validated(2, owner);
    await jobs.dispatch();
    expect(played.lines()).toEqual([1]);
    expect((await queueOf(id, owner))?.position).toBe(1);
  });

  it('hold back nobody else: the share of work that waits for room goes to others', async () => {
    const owner = await startWith({ requestsPerMinute: 1 });
    await validated(200, owner);
    const free = { ...caller, project: 'free' };
    const other = await validated(100, free);
    await jobs.dispatch();
    const released = played.published
      .map(({ headers }) => JSON.stringify(headers))
      .filter((text) => text.includes(other));
    expect(released).toHaveLength(100);
    expect(played.published).toHaveLength(101);
  });

  it('are waited for no longer by a process that stops before there is a configuration', async () => {
    await startWith({ requestsPerMinute: 1 });
    Object.assign(jobs.get(SnapshotWatch), { ready: new Promise<void>(() => undefined) });
    const right = new AbortController();
    const adopting = jobs.get(DurableLimits).adopt(right.signal);
    right.abort();
    await expect(adopting).rejects.toMatchObject({ name: 'AbortError' });
  });
});
