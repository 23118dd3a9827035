import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Subject, type HoldPlace } from '#libs/contracts';
import { MessagingError } from '#libs/messaging';
import { createTestDatabase, eventually, type TestDatabase } from '#libs/testing';
import { PauseRepository } from '../dispatch-work/pause.repository.js';
import { JobsForTests } from '../jobs.fixture.js';
import { inputLine } from '../line.fixture.js';
import { PlayedNats } from '../played-nats.fixture.js';

const START_MILLISECONDS = 60_000;
/** What may be under way of a queue that was idle. */
const WINDOW = 128;
const [SMALL, LARGE] = ['gpt-small', 'gpt-large'];
const PRICE = {
  version: 'price_0123456789abcdef',
  inputNanoUsdPerMillion: '1000000',
  outputNanoUsdPerMillion: '1000000',
};
const TARGET = { provider: 'toy', model: 'sim', priority: 1, weight: 1, price: PRICE };
const budget = (id: string, scope?: object): object => ({
  id,
  organization: 'demo',
  limitNanoUsd: '1000000',
  period: 'month',
  timeZone: 'UTC',
  alertAt: [],
  onExceeded: { kind: 'refuse' },
  ...(scope ? { scope } : {}),
});

let database: TestDatabase;
let nats: PlayedNats;
let jobs: JobsForTests;
/** Whether a budget has no room, for an end user where it is one for each; and how many requests each question was for. */
let isSpent: (budget: string, subject: string) => boolean;
let asked: number[];

beforeAll(async () => {
  database = await createTestDatabase();
}, START_MILLISECONDS);
afterAll(() => database.drop());
beforeEach(() => {
  nats = new PlayedNats();
  asked = [];
  isSpent = () => false;
  nats.answer = (subject, query) => {
    if (subject !== Subject.holdPlace) throw new MessagingError('no_responders', 'nobody');
    const { requests } = query as HoldPlace;
    asked.push(requests.length);
    const stop = requests.findIndex(({ budgets }) => budgets.some((one) => isSpent(one.budget, one.subject)));
    const [short] = (requests[stop]?.budgets ?? []).filter((one) => isSpent(one.budget, one.subject));
    if (!short) return { placed: requests.length };
    return { placed: stop, short: { ...short, unspentNanoUsd: '100000000' } };
  };
});
afterEach(async () => {
  await jobs.query(`UPDATE jobs.batches SET status = 'failed'`);
  await jobs.stop();
});

const startWith = async (budgets: readonly object[], home?: string): Promise<void> => {
  const models = [SMALL, LARGE].map((name) => ({ name, strategy: 'priority', targets: [TARGET] }));
  nats.snapshot = { models, keys: [], budgets };
  jobs = await JobsForTests.start(database.url, { nats, ...(home === undefined ? {} : { home }) });
};
const line = (number: number, model: string, over: object = {}): string =>
  `${inputLine(number, { body: { model, messages: [{ role: 'user', content: 'hi' }], max_tokens: 1, ...over } })}\n`;
const linesOf = (count: number, lineAt: (number: number) => string): string =>
  Array.from({ length: count }, (_, index) => lineAt(index + 1)).join('');
const validated = async (content: string): Promise<string> => {
  const id = await jobs.create(content);
  await jobs.validate(id);
  return id;
};
/** By the rows and by what their batch counts. */
async function waitingOf(id: string): Promise<number> {
  const [row] = await jobs.query<{ rows: number; told: number }>(
    `SELECT count(a.line)::integer AS rows, b.aside_lines AS told
     FROM jobs.batches b LEFT JOIN jobs.aside_lines a ON a.batch_id = b.id AND a.sent_at IS NULL
     WHERE b.id = $1 GROUP BY b.id`,
    [id],
  );
  expect(row?.told).toBe(row?.rows);
  return row?.rows ?? 0;
}
const even = (most: number): number[] => Array.from({ length: most / 2 }, (_, index) => 2 * index + 2);
const sorted = (numbers: readonly number[]): number[] => numbers.toSorted((one, other) => one - other);

describe('lines of a batch of which each may wait for something else', () => {
  it('have their money set aside together', async () => {
    await startWith([budget('each', { eachEndUser: true })]);
    await validated(linesOf(120, (number) => line(number, SMALL, { user: `u${number}` })));
    await jobs.dispatch();
    expect(nats.published).toHaveLength(120);
    expect(asked.reduce((sum, count) => sum + count, 0)).toBe(120);
    expect(asked.length).toBeLessThan(10);
  });

  it('go, though very many before them have to wait, and none is asked for alone for long', async () => {
    await startWith([budget('each', { eachEndUser: true })]);
    isSpent = (_, user) => Number(user.slice(1)) % 200 !== 0;
    const id = await validated(linesOf(400, (number) => line(number, SMALL, { user: `u${number}` })));
    await eventually(async () => {
      await jobs.dispatch();
      expect(sorted(nats.lines())).toEqual([200, 400]);
    });
    isSpent = () => false;
    await eventually(async () => {
      await jobs.dispatch();
      expect(nats.published).toHaveLength(WINDOW);
    });
    expect(new Set(nats.lines()).size).toBe(WINDOW);
    expect(await waitingOf(id)).toBe(400 - WINDOW);
  });

  it('hold up none for others after a change of what they are told apart by', async () => {
    const budgets = [budget('small', { models: [SMALL] }), budget('large', { models: [LARGE] })];
    await startWith(budgets);
    isSpent = () => true;
    const id = await validated(linesOf(1_200, (number) => line(number, number % 2 === 1 ? SMALL : LARGE)));
    await eventually(async () => {
      await jobs.dispatch();
      expect(await waitingOf(id)).toBe(1_200);
    });
    const { home } = jobs;
    await jobs.stopKeepingFiles();
    await startWith([...budgets, budget('all')], home);
    isSpent = (name) => name === 'small';
    await eventually(async () => {
      await jobs.dispatch();
      expect(sorted(nats.lines())).toEqual(even(2 * WINDOW));
    });
  });

  it('that came back from a provider go once, though they were set aside and then something failed', async () => {
    await startWith([]);
    const pauses = jobs.get(PauseRepository);
    const pause = { scope: 'model' as const, name: SMALL };
    const id = await validated(linesOf(4, (number) => line(number, number % 2 === 1 ? SMALL : LARGE)));
    await jobs.query(
      `INSERT INTO jobs.native_batches (id, batch_id, provider, model, revision, target, batch_price, decision, lines, state, give_up_at)
       VALUES ('native', $1, 'toy', 'sim', 1, '{}', '{}', '{}', 4, 'ended', now())`,
      [id],
    );
    await jobs.query(
      `INSERT INTO jobs.native_lines (batch_id, line, native_id, place) SELECT $1, n, 'native', 'returned' FROM generate_series(1, 4) n`,
      [id],
    );
    await jobs.query(
      `UPDATE jobs.batches SET native_planned_at = now(), offered_lines = 4, published_lines = 4, returned_lines = 4 WHERE id = $1`,
      [id],
    );
    await pauses.put({ ...pause, reason: null, pausedBy: 'operator', until: null });
    nats.beforeStored = () => {
      throw new MessagingError('unavailable', 'no stream now');
    };
    await jobs.dispatch();
    await pauses.remove(pause);
    nats.beforeStored = () => undefined;
    await eventually(async () => {
      await jobs.dispatch();
      expect(new Set(nats.lines()).size).toBe(4);
    });
    expect(sorted(nats.lines())).toEqual([1, 2, 3, 4]);
  });
});
