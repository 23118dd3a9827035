import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Subject, type Facts, type HoldPlace, type JobObject } from '#libs/contracts';
import { MessagingError } from '#libs/messaging';
import { createTestDatabase, eventually, type TestDatabase } from '#libs/testing';
import { AnswerJobsHandler } from '../answer-jobs/answer-jobs.handler.js';
import { CancelJobHandler } from '../cancel-job/cancel-job.handler.js';
import { CancelJobRepository } from '../cancel-job/cancel-job.repository.js';
import { EndUnpublishedHandler } from '../end-job/end-unpublished.handler.js';
import { askForJob } from '../job.fixture.js';
import { JobsForTests } from '../jobs.fixture.js';
import { PlayedNats } from '../played-nats.fixture.js';
import { caller, inputLines } from '../line.fixture.js';
import { SweepLinesHandler } from '../sweep-lines/sweep-lines.handler.js';
import { DispatchRepository } from './dispatch.repository.js';
import { JobPublisher } from './job-publisher.js';

const PRICE = {
  version: 'price_0123456789abcdef',
  inputNanoUsdPerMillion: '1000000',
  outputNanoUsdPerMillion: '1000000',
};
const RESETS_AT = Date.UTC(2026, 11, 1);
const TARGET = { provider: 'toy', model: 'sim', priority: 1, weight: 1, price: PRICE };
const budget = (id: string, owner: object): object => ({
  id,
  organization: 'demo',
  limitNanoUsd: '1000000',
  period: 'month',
  timeZone: 'UTC',
  alertAt: [],
  onExceeded: { kind: 'refuse' },
  ...owner,
});
const keyOf = (key: string, project = 'default') => ({ ...caller, project, key });

let database: TestDatabase;
let nats: PlayedNats;
let jobs: JobsForTests;
/** How many requests billing still has room for, by budget; and what it was asked. */
let room: Map<string, number>;
let asked: HoldPlace[];

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(() => {
  nats = new PlayedNats();
  nats.snapshot = {
    models: [{ name: 'gpt-small', strategy: 'priority', targets: [TARGET] }],
    keys: [],
    budgets: [
      budget('of-poor', { project: 'default', key: 'poor' }),
      budget('of-rich', { project: 'default', key: 'rich' }),
    ],
  };
  room = new Map();
  asked = [];
  nats.answer = (subject, query) => {
    if (subject !== Subject.holdPlace) throw new MessagingError('no_responders', 'nobody');
    const { requests } = query as HoldPlace;
    asked.push(query as HoldPlace);
    let full: string | undefined;
    const stop = requests.findIndex(({ budgets }) => {
      full = budgets.find(({ budget: id }) => (room.get(id) ?? 0) < 1)?.budget;
      const isFull = full !== undefined;
      if (!isFull) for (const { budget: id } of budgets) room.set(id, (room.get(id) ?? 0) - 1);
      return isFull;
    });
    if (full === undefined) return { placed: requests.length };
    return { placed: stop, short: { budget: full, subject: '', unspentNanoUsd: '100000000', resetsAt: RESETS_AT } };
  };
});
afterEach(async () => {
  await jobs.query(`DELETE FROM jobs.jobs`);
  await jobs.stop();
});

const start = async (isRunning = false): Promise<void> => {
  jobs = await JobsForTests.start(database.url, { nats, isRunning });
};
async function askFor(count: number, key: string, project?: string): Promise<JobObject[]> {
  const made: JobObject[] = [];
  while (made.length < count) made.push(await askForJob(jobs, { owner: keyOf(key, project) }));
  return made;
}
/** How many jobs were put on their way, by project and key. */
function released(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { headers } of nats.published) {
    const { project, key } = JSON.parse(headers['Switchyard-Facts'] ?? '{}') as Facts;
    counts[`${project}/${key}`] = (counts[`${project}/${key}`] ?? 0) + 1;
  }
  return counts;
}

describe('jobs of keys with budgets', () => {
  it('have their money set aside together', async () => {
    await start();
    await askFor(40, 'rich');
    room.set('of-rich', 1_000);
    expect(await jobs.dispatch()).toBe(40);
    expect(asked.map(({ requests }) => requests.length)).toEqual([40]);
  });

  it('wait where a budget has no room, in their order, and nobody waits for them', async () => {
    await start();
    const poor = await askFor(8, 'poor');
    await askFor(5, 'rich');
    await askFor(5, 'free');
    await askFor(5, 'poor', 'elsewhere');
    room = new Map([
      ['of-poor', 3],
      ['of-rich', 100],
    ]);
    await jobs.dispatch();
    expect(released()).toEqual({ 'default/poor': 3, 'default/rich': 5, 'default/free': 5, 'elsewhere/poor': 5 });
    await eventually(async () => {
      await jobs.dispatch();
      const waiting = await jobs.get(AnswerJobsHandler).read({ caller: keyOf('poor'), id: poor[3]?.id ?? '' });
      const of = "'of-poor' of demo/default/poor, 0.001 USD a month, resets at 2026-12-01T00:00:00.000Z";
      expect(waiting).toMatchObject({ status: 'queued', held_by: { reason: 'budget', of, until: null } });
    });

    room.set('of-poor', 2);
    await jobs.stopKeepingFiles();
    jobs = await JobsForTests.start(database.url, { nats, home: jobs.home });
    await jobs.query(`UPDATE jobs.jobs SET lease_until = NULL`);
    await jobs.dispatch();
    expect(released()['default/poor']).toBe(5);
    const order = poor.map(({ request_id: requestId }) => requestId);
    const gone = nats.published.map(({ requestId }) => requestId).filter((requestId) => order.includes(requestId));
    expect(gone).toEqual(order.slice(0, 5));
  });

  it('are cancelled at once while they wait for room, and expire when their time is over', async () => {
    await start();
    const [unwanted, late] = (await askFor(2, 'poor')).map(({ id }) => id);
    await jobs.dispatch();
    const cancelling = jobs.get(CancelJobHandler).cancelAndShow({ caller: keyOf('poor'), id: unwanted ?? '' });
    expect(await cancelling).toMatchObject({ status: 'cancelled', error: { code: 'job_cancelled' } });
    await jobs.query(`UPDATE jobs.jobs SET expires_at = now() WHERE id = $1`, [late]);
    await jobs.get(EndUnpublishedHandler).end();
    const ended = await jobs.get(AnswerJobsHandler).read({ caller: keyOf('poor'), id: late ?? '' });
    expect(ended).toMatchObject({ status: 'expired', error: { code: 'job_expired' } });
    expect(nats.ended.map(({ outcome }) => outcome)).toEqual(['cancelled', 'expired']);
    expect(released()).toEqual({});
  });

  it('are cancelled also while somebody asks whether there is room', async () => {
    await start();
    const [job] = await askFor(1, 'poor');
    const query = { caller: keyOf('poor'), id: job?.id ?? '' };
    const cancellation = jobs.get(CancelJobRepository);
    const billing = nats.answer;
    nats.answer = async (subject, asking) => {
      const answer = billing(subject, asking);
      await cancellation.cancel(query.id, query.caller);
      return answer;
    };
    await jobs.dispatch();
    await jobs.get(EndUnpublishedHandler).end();
    expect(await jobs.get(AnswerJobsHandler).read(query)).toMatchObject({ status: 'cancelled' });
    expect(released()).toEqual({});
  });

  it.each([
    ['are cancelled', `cancelling_at = now()`],
    ['are late', `expires_at = now() - interval '1 hour'`],
  ])('need no room where they %s and a process died that may have sent them', async (_how, change) => {
    await start();
    await askFor(1, 'poor');
    await jobs.query(`UPDATE jobs.jobs SET offers = 1, ${change}`);
    expect(await jobs.dispatch()).toBe(1);
    expect(asked).toEqual([]);
  });

  describe('where a budget of a provider has no room', () => {
    const NEEDED = 100_000_000n;
    let unspent: bigint;

    beforeEach(async () => {
      const dear = { ...TARGET, provider: 'dear', priority: 2 };
      nats.snapshot = {
        ...nats.snapshot,
        models: [{ name: 'gpt-small', strategy: 'priority', targets: [TARGET, dear] }],
        budgets: [budget('of-toy', { scope: { providers: ['toy'] } }), budget('of-rich', { key: 'rich' })],
      };
      room.set('of-rich', 1_000);
      const answer = nats.answer;
      nats.answer = (subject, query) => {
        const short = { budget: 'of-toy', subject: '', unspentNanoUsd: unspent.toString() };
        return { ...(answer(subject, query) as object), short };
      };
      await start();
      await askFor(5, 'rich');
    });
    const steered = () =>
      nats.published.map(
        ({ headers }) => (JSON.parse(headers['Switchyard-Facts'] ?? '{}') as Facts).exhaustedProviders,
      );

    it('go to others once it is spent, their money set aside on the budgets that are left', async () => {
      unspent = 0n;
      expect(await jobs.dispatch()).toBe(5);
      expect(steered()).toEqual(Array.from({ length: 5 }, () => ['toy']));
      expect(asked.at(-1)?.requests.map(({ budgets }) => budgets.map(({ budget: id }) => id))).toEqual(
        Array.from({ length: 5 }, () => ['of-rich']),
      );
    });

    it('wait for what others only hold of it', async () => {
      unspent = NEEDED;
      expect(await jobs.dispatch()).toBe(0);
      room.set('of-toy', 5);
      await eventually(async () => {
        await jobs.query(`UPDATE jobs.jobs SET lease_until = NULL`);
        await jobs.dispatch();
        expect(steered()).toEqual(Array.from({ length: 5 }, () => undefined));
      });
    });
  });

  it('go on as requests for a cheaper model once a budget that says so is spent, and not while others only hold it', async () => {
    const cheap = { ...TARGET, price: { ...PRICE, inputNanoUsdPerMillion: '0', outputNanoUsdPerMillion: '0' } };
    nats.snapshot = {
      ...nats.snapshot,
      models: [
        { name: 'gpt-small', strategy: 'priority', targets: [TARGET] },
        { name: 'gpt-free', strategy: 'priority', targets: [cheap] },
      ],
      budgets: [budget('of-poor', { key: 'poor', onExceeded: { kind: 'downgrade', model: 'gpt-free' } })],
    };
    let unspentNanoUsd = '100000000';
    const answer = nats.answer;
    nats.answer = (subject, query) => {
      const short = { budget: 'of-poor', subject: '', unspentNanoUsd };
      return { ...(answer(subject, query) as object), short };
    };
    await start();
    await askFor(3, 'poor');
    room.set('of-poor', 1);
    expect(await jobs.dispatch()).toBe(1);
    unspentNanoUsd = '0';
    const sent = () => nats.published.map(({ headers }) => JSON.parse(headers['Switchyard-Facts'] ?? '{}') as Facts);
    await eventually(async () => {
      await jobs.query(`UPDATE jobs.jobs SET lease_until = NULL`);
      await jobs.dispatch();
      expect(sent().map(({ model, downgradedFrom }) => [model, downgradedFrom])).toEqual([
        ['gpt-small', undefined],
        ['gpt-free', 'gpt-small'],
        ['gpt-free', 'gpt-small'],
      ]);
    });
    // The store of the stream is lost: what is sent again is what its money was set aside for.
    nats.published.length = 0;
    const lost = await jobs.get(DispatchRepository).claimLost(new Date(Date.now() + 60_000));
    for (const job of lost) await jobs.get(JobPublisher).publish(job);
    expect(
      sent()
        .map(({ model, downgradedFrom }) => `${model} for ${downgradedFrom}`)
        .toSorted((one, other) => (one < other ? -1 : 1)),
    ).toEqual(['gpt-free for gpt-small', 'gpt-free for gpt-small', 'gpt-small for undefined']);
  });

  it('lead lines of batches to the cheaper model too, also when they are sent again after a crash or a loss', async () => {
    const cheap = { ...TARGET, price: { ...PRICE, inputNanoUsdPerMillion: '1', outputNanoUsdPerMillion: '1' } };
    nats.snapshot = {
      ...nats.snapshot,
      models: [
        { name: 'gpt-small', strategy: 'priority', targets: [TARGET] },
        { name: 'gpt-free', strategy: 'priority', targets: [cheap] },
      ],
      budgets: [budget('of-poor', { key: 'poor', onExceeded: { kind: 'downgrade', model: 'gpt-free' } })],
    };
    const held = new Set<string>();
    nats.answer = (_subject, query) => {
      const { requests } = query as HoldPlace;
      // Billing knows a hold by its request, and holds nothing twice.
      const stop = requests.findIndex(({ requestId, nanoUsd }) => !held.has(requestId) && BigInt(nanoUsd) > 2n);
      const placed = stop < 0 ? requests.length : stop;
      requests.slice(0, placed).forEach(({ requestId }) => held.add(requestId));
      return stop < 0 ? { placed } : { placed, short: { budget: 'of-poor', subject: '', unspentNanoUsd: '2' } };
    };
    await start();
    const id = await jobs.create(inputLines(4), keyOf('poor'));
    await jobs.validate(id);
    const ways = () =>
      nats.published
        .map(({ headers }) => JSON.parse(headers['Switchyard-Facts'] ?? '{}') as Facts)
        .map(({ model, downgradedFrom }) => `${model} for ${downgradedFrom}`);
    const all = Array<string>(4).fill('gpt-free for gpt-small');
    await jobs.dispatch('first');
    expect(ways()).toEqual(all);
    nats.published.length = 0;
    await jobs.query(`UPDATE jobs.batches SET published_lines = 0`);
    await jobs.dispatch('second');
    expect(ways()).toEqual(all);
    nats.published.length = 0;
    await jobs.get(SweepLinesHandler).sweep();
    expect(ways()).toEqual(all);
  });

  it('wait while nobody can say whether there is money, and those without budgets do not', async () => {
    await start();
    const billing = nats.answer;
    nats.answer = () => {
      throw new MessagingError('no_responders', 'billing is away');
    };
    await askFor(3, 'rich');
    await askFor(3, 'free');
    await jobs.dispatch();
    expect(released()).toEqual({ 'default/free': 3 });
    nats.answer = billing;
    room.set('of-rich', 10);
    await jobs.query(`UPDATE jobs.jobs SET lease_until = NULL`);
    await jobs.dispatch();
    expect(released()).toEqual({ 'default/free': 3, 'default/rich': 3 });
  });

  it('wait until the keys are read, which may have budgets', async () => {
    nats.keys.isRead = false;
    await start(true);
    await askFor(1, 'free');
    const turns = async (): Promise<void> => {
      const [row] = await jobs.query<{ held: boolean }>(`SELECT lease_until > now() AS held FROM jobs.dispatcher`);
      expect(row?.held).toBe(true);
    };
    await eventually(turns);
    expect(nats.published).toEqual([]);
    nats.keys.isRead = true;
    await eventually(async () => expect(released()).toEqual({ 'default/free': 1 }));
  });
});
