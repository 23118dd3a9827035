import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Facts, RateLimits, Snapshot } from '#libs/contracts';
import { LimitGate, LimitIndex } from '#libs/limits';
import { LimitBucket, SnapshotWatch } from '#libs/messaging';
import { eventually } from '#libs/testing';
import { AnswerQueuesHandler } from '../answer-queues/answer-queues.handler.js';
import { QueueSpeedRepository } from '../dispatch-work/queue-speed.repository.js';
import { askForJob } from '../job.fixture.js';
import type { JobsForTests } from '../jobs.fixture.js';
import { LimitedJobsForTests } from '../limited-jobs.fixture.js';
import type { PlayedNats } from '../played-nats.fixture.js';
import { caller, lineEnded } from '../line.fixture.js';
import { StoreResultsHandler } from '../store-results/store-results.handler.js';
import { DurableLimits } from './durable-limits.js';

const START_MILLISECONDS = 60_000;
let world: LimitedJobsForTests;
let played: PlayedNats;
let jobs: JobsForTests;

beforeAll(async () => {
  world = await LimitedJobsForTests.open();
}, START_MILLISECONDS);
afterAll(() => world.close());
afterEach(() => world.stop());

/** A project that no other test has, under these limits; another one beside it has none. */
async function startWith(limits: RateLimits, prepare?: (nats: PlayedNats, project: string) => void) {
  const owner = await world.start(
    (project) => ({
      organizations: [{ name: 'demo', projects: [{ name: project, limits }, { name: 'free' }] }],
    }),
    prepare,
  );
  ({ jobs, played } = world);
  return owner;
}

const validated = (lines: number, owner: typeof caller): Promise<string> => world.validated(lines, owner);
const end = async (id: string, lines: readonly number[], project: string): Promise<void> => {
  await jobs.get(StoreResultsHandler).store(lines.map((line) => lineEnded(id, line, { project })));
  await jobs.get(DurableLimits).settle();
};
const queueOf = (id: string, owner: typeof caller) => world.queueOf(id, owner);

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
    const other = new LimitGate(world.parts.messaging, new LimitBucket(world.parts.messaging), 'ingress');
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
    const second = await world.second();
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
    const owner = await startWith({}, (nats, project) => {
      const entry = { hash, ...caller, project, name: 'made', key: 'made', limits: { requestsPerMinute: 10 } };
      nats.keys.entries.set(hash, entry);
    });
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
