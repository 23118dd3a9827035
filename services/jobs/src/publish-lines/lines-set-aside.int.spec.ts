import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Caller, OwnedLimits } from '#libs/contracts';
import { eventually } from '#libs/testing';
import { ModelTargets } from '../dispatch-work/model-targets.js';
import { PauseRepository } from '../dispatch-work/pause.repository.js';
import { inputLine } from '../line.fixture.js';
import { LimitedJobsForTests } from '../limited-jobs.fixture.js';

const START_MILLISECONDS = 30_000;
let world: LimitedJobsForTests;
const [SMALL, LARGE] = ['gpt-small', 'gpt-large'];
const target = (provider: string) => ({
  provider,
  model: 'sim',
  priority: 1,
  weight: 1,
  price: { version: 'price_0123456789abcdef', inputNanoUsdPerMillion: '1', outputNanoUsdPerMillion: '1' },
});
const timeouts = { firstByteMilliseconds: 1_000, idleMilliseconds: 1_000, totalMilliseconds: 1_000 };

beforeAll(async () => {
  world = await LimitedJobsForTests.open();
}, START_MILLISECONDS);
afterAll(() => world.close());
afterEach(() => world.stop());

/** `gpt-small` is served by toy, `gpt-large` by spare. */
const startWith = (limits: OwnedLimits): Promise<Caller> =>
  world.start((project) => ({
    revision: 1,
    providers: ['toy', 'spare'].map((name) => ({ name, kind: 'sim', options: {} })),
    models: [
      { name: SMALL, strategy: 'priority', timeouts, targets: [target('toy')] },
      { name: LARGE, strategy: 'priority', timeouts, targets: [target('spare')] },
    ],
    organizations: [{ name: 'demo', projects: [{ name: project, limits }] }],
  }));

const line = (number: number, model: string, over: object = {}): string =>
  `${inputLine(number, { body: { model, messages: [{ role: 'user', content: 'hi' }], ...over } })}\n`;
/** Lines for these models in turn. */
const mixed = (count: number, models: readonly string[] = [SMALL, LARGE]): string =>
  Array.from({ length: count }, (_, index) => line(index + 1, models[index % models.length] ?? SMALL)).join('');

const odd = (most: number): number[] =>
  Array.from({ length: most }, (_, index) => index + 1).filter((one) => one % 2 === 1);
const even = (most: number): number[] => odd(most).map((one) => one + 1);

describe('lines of a batch that have to wait', () => {
  it.each(['model', 'provider'] as const)('for a paused %s hold up none for others', async (scope) => {
    const owner = await startWith({});
    const { jobs, played } = world;
    const pause = { scope, name: scope === 'model' ? SMALL : 'toy' };
    await jobs.get(PauseRepository).put({ ...pause, reason: null, pausedBy: 'operator', until: null });
    const id = await world.validated(mixed(20), owner);
    await jobs.dispatch();
    expect(played.lines().toSorted((one, other) => one - other)).toEqual(even(20));
    await eventually(async () => {
      await jobs.dispatch();
      const of = scope === 'model' ? `model ${SMALL}` : 'provider toy';
      expect((await world.queueOf(id, owner))?.held_by).toMatchObject({ reason: 'pause', of });
    });
    played.published.length = 0;
    await jobs.get(PauseRepository).remove(pause);
    await eventually(async () => {
      await jobs.dispatch();
      expect(played.lines()).toEqual(odd(20));
    });
    await world.end(id, [...odd(20), ...even(20)], { project: owner.project });
    await jobs.advance(id);
    expect(await jobs.query('SELECT status, aside_lines AS aside FROM jobs.batches WHERE id = $1', [id])).toEqual([
      { status: 'completed', aside: 0 },
    ]);
  });

  it('for the limit of a provider hold up none for others, and go when it has room', async () => {
    const owner = await startWith({ providers: { toy: { concurrency: 2 } } });
    const { jobs, played } = world;
    const id = await world.validated(mixed(20), owner);
    await jobs.dispatch();
    expect(played.lines().toSorted((one, other) => one - other)).toEqual([1, 2, 3, ...even(20).slice(1)]);
    played.published.length = 0;
    await world.end(id, [1, 3, ...even(20)], { project: owner.project });
    await eventually(async () => {
      await jobs.dispatch();
      expect(played.lines()).toEqual([5, 7]);
    });
  });

  it('for what is far longer than a step are passed, too', async () => {
    const owner = await startWith({ models: { [SMALL]: { requestsPerDay: 10 } } });
    const lines = `${Array.from({ length: 1_200 }, (_, index) => line(index + 1, SMALL)).join('')}${line(1_201, LARGE)}`;
    await world.validated(lines, owner);
    await world.jobs.dispatch();
    expect(world.played.lines()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 1_201]);
  });

  it('for the limit of an end user hold up no other user', async () => {
    const owner = await startWith({ eachEndUser: { requestsPerDay: 2 } });
    const lines = ['ann', 'ann', 'ann', 'ben', 'ann', 'ben'].map((user, index) => line(index + 1, SMALL, { user }));
    await world.validated(lines.join(''), owner);
    await world.jobs.dispatch();
    expect(world.played.lines()).toEqual([1, 2, 4, 6]);
  });

  it('are not lost, nor sent twice, where the process dies before it has noted that others went', async () => {
    const owner = await startWith({ models: { [SMALL]: { requestsPerDay: 2 } } });
    const { jobs, played } = world;
    const id = await world.validated(mixed(8), owner);
    await jobs.dispatch('first');
    const before = played.published.map(({ messageId }) => messageId);
    expect(played.lines()).toEqual([1, 2, 3, 4, 6, 8]);
    await jobs.query('UPDATE jobs.batches SET published_lines = 0 WHERE id = $1', [id]);
    const second = await world.second();
    await second.dispatch('second');
    expect(played.published.map(({ messageId }) => messageId)).toEqual([...before, ...before]);
    const [row] = await second.query(
      'SELECT aside_lines AS aside, published_lines AS published FROM jobs.batches WHERE id = $1',
      [id],
    );
    expect(row).toEqual({ aside: 2, published: 8 });
    await second.stopKeepingFiles();
  });

  it('end with a record of their own where the batch is cancelled', async () => {
    const owner = await startWith({ models: { [SMALL]: { requestsPerDay: 2 } } });
    const { jobs, played } = world;
    const id = await world.validated(mixed(8), owner);
    await jobs.dispatch();
    await world.end(id, [1, 2, 3, 4, 6, 8], { project: owner.project });
    await jobs.query(`UPDATE jobs.batches SET status = 'cancelling', cancelling_at = now() WHERE id = $1`, [id]);
    await jobs.advance(id);
    expect(played.ended.map(({ outcome, job }) => [outcome, job && 'line' in job ? job.line : 0])).toEqual(
      [5, 7].map((number) => ['cancelled', number]),
    );
  });

  it('for a model that nobody can be called for hold up none for others; a few go, to see that somebody is well again', async () => {
    const owner = await startWith({});
    const { jobs, played } = world;
    const hold = jest.spyOn(jobs.get(ModelTargets), 'hold');
    hold.mockImplementation((model) => (model === SMALL ? { words: 'provider toy', until: undefined } : undefined));
    const id = await world.validated(mixed(60), owner);
    await jobs.dispatch();
    expect(played.lines().toSorted((one, other) => one - other)).toEqual(
      [...odd(60).slice(0, 8), ...even(60)].toSorted((one, other) => one - other),
    );
    await eventually(async () => {
      await jobs.dispatch();
      expect((await world.queueOf(id, owner))?.held_by).toMatchObject({ reason: 'provider', of: 'provider toy' });
    });
    expect(played.published).toHaveLength(38);
    hold.mockReturnValue(undefined);
    await eventually(async () => {
      await jobs.dispatch();
      expect(played.published).toHaveLength(60);
    });
  });

  it('give their share to other work while nothing of their batch can go', async () => {
    const owner = await startWith({ models: { [SMALL]: { requestsPerDay: 1 }, [LARGE]: { requestsPerDay: 1 } } });
    const { jobs, played } = world;
    await world.validated(mixed(400), owner);
    const other = await world.validated(mixed(100), { ...owner, project: 'free' });
    await jobs.dispatch();
    expect(played.published.filter(({ requestId }) => requestId.includes(other.slice('batch_'.length)))).toHaveLength(
      100,
    );
    expect(played.published).toHaveLength(102);
  });
});
