import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Facts, OwnedLimits, RequestEnded } from '#libs/contracts';
import { eventually } from '#libs/testing';
import { PauseRepository } from '../dispatch-work/pause.repository.js';
import { askForJob, endOf } from '../job.fixture.js';
import type { JobsForTests } from '../jobs.fixture.js';
import { LimitedJobsForTests } from '../limited-jobs.fixture.js';
import type { PlayedNats } from '../played-nats.fixture.js';
import { caller, inputLine, lineEnded } from '../line.fixture.js';
import { StoreResultsHandler } from '../store-results/store-results.handler.js';
import { DurableLimits } from './durable-limits.js';

const START_MILLISECONDS = 60_000;
let world: LimitedJobsForTests;
let played: PlayedNats;
let jobs: JobsForTests;

const target = (provider: string, priority: number) => ({
  provider,
  model: 'sim',
  priority,
  weight: 1,
  price: { version: 'price_0123456789abcdef', inputNanoUsdPerMillion: '1', outputNanoUsdPerMillion: '1' },
});
const timeouts = { firstByteMilliseconds: 1_000, idleMilliseconds: 1_000, totalMilliseconds: 1_000 };
const model = (name: string, providers: readonly string[]) => ({
  name,
  strategy: 'priority',
  timeouts,
  targets: providers.map((provider, index) => target(provider, index + 1)),
});

beforeAll(async () => {
  world = await LimitedJobsForTests.open();
}, START_MILLISECONDS);
afterAll(() => world.close());
afterEach(() => world.stop());

/** A project that no other test has, whose requests for `gpt-small` go to these providers, in this order. */
async function startWith(providers: readonly string[], limits: OwnedLimits) {
  const owner = await world.start((project) => ({
    revision: 1,
    providers: ['toy', 'spare'].map((name) => ({ name, kind: 'sim', options: {} })),
    models: [model('gpt-small', providers)],
    organizations: [{ name: 'demo', projects: [{ name: project, limits }] }],
  }));
  ({ jobs, played } = world);
  return owner;
}

const validated = (lines: number, owner: typeof caller): Promise<string> => world.validated(lines, owner);
/** How many requests went out, by the providers that they are kept from. */
function sent(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { headers } of played.published) {
    const { withheldProviders = [] } = JSON.parse(headers['Switchyard-Facts'] ?? '{}') as Facts;
    counts[withheldProviders.join()] = (counts[withheldProviders.join()] ?? 0) + 1;
  }
  return counts;
}

const calledAt = (...providers: string[]): Pick<RequestEnded, 'attempts'> => {
  const [attempt] = lineEnded('batch_0123456789', 1).attempts;
  return { attempts: providers.flatMap((provider) => (attempt ? [{ ...attempt, provider }] : [])) };
};
const queueOf = (id: string, owner: typeof caller) => world.queueOf(id, owner);

async function end(id: string, lines: readonly number[], over: Partial<RequestEnded>): Promise<void> {
  await jobs.get(StoreResultsHandler).store(lines.map((line) => lineEnded(id, line, over)));
  await jobs.get(DurableLimits).settle();
}

describe('rate limits of providers', () => {
  it('let lines wait that nobody else may serve, and tell the batch what it waits for', async () => {
    const owner = await startWith(['toy'], { providers: { toy: { requestsPerMinute: 10 } } });
    const id = await validated(15, owner);
    await jobs.dispatch();
    expect(sent()).toEqual({ '': 9 });
    await eventually(async () => {
      await jobs.dispatch();
      const held = expect.stringContaining('10 requests a minute');
      expect((await queueOf(id, owner))?.held_by).toMatchObject({ reason: 'limit', of: held });
    });
    expect(played.published).toHaveLength(9);
  });

  it('lead lines to other providers that may serve them', async () => {
    const owner = await startWith(['toy', 'spare'], { providers: { toy: { requestsPerMinute: 10 } } });
    await validated(15, owner);
    await jobs.dispatch();
    expect(sent()).toEqual({ '': 9, toy: 6 });
  });

  it('take nothing of a provider that lines only fall back to, but count what it was called for after all', async () => {
    const owner = await startWith(['toy', 'spare'], { providers: { spare: { requestsPerMinute: 10 } } });
    const id = await validated(30, owner);
    await jobs.dispatch();
    expect(sent()).toEqual({ '': 30 });
    const lines = Array.from({ length: 10 }, (_, index) => index + 1);
    await end(id, lines, { project: owner.project, ...calledAt('toy', 'spare') });
    await eventually(async () => {
      played.published.length = 0;
      await validated(1, owner);
      await jobs.dispatch();
      expect(sent()).toEqual({ spare: 1 });
    });
  });

  it('give back what was taken of a provider that was not called, and go by what one was called for', async () => {
    const owner = await startWith(['toy', 'spare'], { providers: { toy: { requestsPerDay: 10 } } });
    const id = await validated(18, owner);
    await jobs.dispatch();
    expect(sent()).toEqual({ '': 9, toy: 9 });
    played.published.length = 0;
    await end(id, [1, 2, 3, 4], { project: owner.project, ...calledAt('spare') });
    await end(id, [5, 6], { project: owner.project, ...calledAt('toy') });
    await eventually(async () => {
      await validated(1, owner);
      await jobs.dispatch();
      expect(sent()['']).toBe(4);
    });
  });

  it('hold as many under way as they say, in another process too, which does not know who was called', async () => {
    const owner = await startWith(['toy'], { providers: { toy: { concurrency: 4 }, spare: { concurrency: 1 } } });
    const id = await validated(10, owner);
    await jobs.dispatch();
    expect(played.lines()).toEqual([1, 2, 3, 4]);
    const second = await world.second();
    await second.dispatch('second');
    expect(played.lines()).toHaveLength(4);
    await second
      .get(StoreResultsHandler)
      .store([1, 2].map((line) => lineEnded(id, line, { project: owner.project, ...calledAt('toy') })));
    await second.get(DurableLimits).settle();
    await eventually(async () => {
      await second.dispatch('second');
      expect(played.lines()).toEqual([1, 2, 3, 4, 5, 6]);
    });
    await second.stopKeepingFiles();
  });

  it('count a call once, though another process let it through than sees its end', async () => {
    const owner = await startWith(['toy'], { concurrency: 4, providers: { toy: { requestsPerMinute: 10 } } });
    const id = await validated(12, owner);
    await jobs.dispatch();
    expect(played.lines()).toEqual([1, 2, 3, 4]);
    const second = await world.second();
    await second.dispatch('second');
    const ended = [1, 2, 3, 4].map((line) => lineEnded(id, line, { project: owner.project, ...calledAt('toy') }));
    await second.get(StoreResultsHandler).store(ended);
    await second.get(DurableLimits).settle();
    await eventually(async () => {
      await second.dispatch('second');
      expect(played.lines()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    });
    await second.stopKeepingFiles();
  });

  it('hold for jobs too, whose calls they count', async () => {
    const owner = await startWith(['toy', 'spare'], {
      providers: { toy: { concurrency: 2 }, spare: { concurrency: 1 } },
    });
    const made = [];
    while (made.length < 6) made.push(await askForJob(jobs, { owner }));
    await jobs.dispatch();
    expect(sent()).toEqual({ '': 2, toy: 1 });
    const [first] = made;
    if (!first) throw new Error('no job');
    const { project } = owner;
    await jobs.get(StoreResultsHandler).store([endOf(first, { project, ...calledAt('toy') })]);
    await jobs.get(DurableLimits).settle();
    await eventually(async () => {
      await jobs.query(`UPDATE jobs.jobs SET lease_until = NULL`);
      await jobs.dispatch();
      expect(played.published).toHaveLength(4);
    });
  });

  it('let go what no target may serve, with or without them, so that it is told why', async () => {
    const owner = await startWith([], { providers: { toy: { requestsPerMinute: 1 } } });
    await validated(3, owner);
    await jobs.dispatch();
    expect(sent()).toEqual({ '': 3 });
  });

  it('are no reason to give work to somebody who cannot do it, nor is a pause: it waits for who can', async () => {
    const owner = await startWith(['toy', 'spare'], { providers: { toy: { requestsPerMinute: 2 } } });
    const limits = { inputModalities: ['text'], contextWindow: 40 };
    const [first, second] = [target('toy', 1), { ...target('spare', 2), limits }];
    played.snapshot = { ...played.snapshot, models: [{ ...model('gpt-small', []), targets: [first, second] }] };
    await world.restart(played.snapshot, owner.project);
    ({ jobs } = world);
    const content = 'a word '.repeat(100);
    const long = { body: { model: 'gpt-small', messages: [{ role: 'user', content }] } };
    const id = await jobs.create([1, 2, 3].map((number) => `${inputLine(number, long)}\n`).join(''), owner);
    await jobs.validate(id);
    await jobs.dispatch();
    expect(sent()).toEqual({ '': 2 });
    await eventually(async () => {
      await jobs.dispatch();
      expect((await queueOf(id, owner))?.held_by).toMatchObject({ reason: 'limit' });
    });
    played.published.length = 0;

    const pauses = jobs.get(PauseRepository);
    await pauses.put({ scope: 'provider', name: 'toy', reason: null, pausedBy: 'operator', until: null });
    const free = { ...caller, project: 'free' };
    const other = await jobs.create(`${inputLine(1)}\n${inputLine(2, long)}\n${inputLine(3)}\n`, free);
    await jobs.validate(other);
    await jobs.dispatch();
    expect(sent()).toEqual({ toy: 1 });
    await eventually(async () => {
      await jobs.dispatch();
      expect((await queueOf(other, free))?.held_by).toMatchObject({ reason: 'pause', of: 'provider toy' });
    });
    await pauses.remove({ scope: 'provider', name: 'toy' });
    await eventually(async () => {
      await jobs.dispatch();
      expect(sent()).toEqual({ toy: 1, '': 2 });
    });
  });

  it('are not asked for a provider that an operator has paused', async () => {
    const owner = await startWith(['toy', 'spare'], { providers: { spare: { requestsPerMinute: 10 } } });
    const pauses = jobs.get(PauseRepository);
    await pauses.put({ scope: 'provider', name: 'toy', reason: null, pausedBy: 'operator', until: null });
    await validated(12, owner);
    await jobs.dispatch();
    expect(sent()).toEqual({ toy: 9 });
    await pauses.remove({ scope: 'provider', name: 'toy' });
  });
});
