import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { BatchObject, RequestEnded } from '#libs/contracts';
import { MessagingError, QueryRefused } from '#libs/messaging';
import { createTestDatabase, type TestDatabase } from '#libs/testing';
import { AnswerBatchesHandler } from '../answer-batches/answer-batches.handler.js';
import { CancelBatchHandler } from '../cancel-batch/cancel-batch.handler.js';
import type { JobLimits } from '../job-limits.js';
import { JobsForTests } from '../jobs.fixture.js';
import { PlayedNats } from '../played-nats.fixture.js';
import { batchIdentifiers, lineOfRequest } from '../keep-batch/batch-identifiers.policy.js';
import { caller, inputLine, inputLines, lineEnded } from '../line.fixture.js';
import { StoreResultsHandler } from '../store-results/store-results.handler.js';
import { SweepLinesHandler } from '../sweep-lines/sweep-lines.handler.js';
import { AdvanceNativeHandler } from './advance-native.handler.js';
import { NativeBatchRepository } from './native-batch.repository.js';
import { nativeSnapshot, PlayedWorker } from './native.fixture.js';
import { PlanNativeHandler } from './plan-native.handler.js';

const LINES = 6;

let database: TestDatabase;
let jobs: JobsForTests;
let nats: PlayedNats;
let worker: PlayedWorker;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(() => start());
afterEach(async () => {
  await jobs.query(`UPDATE jobs.native_batches SET state = 'failed'`);
  await jobs.stop();
});

async function start(policy: object = {}, limits: Partial<JobLimits> = {}): Promise<void> {
  nats = new PlayedNats();
  nats.snapshot = nativeSnapshot(policy);
  worker = new PlayedWorker(nats);
  jobs = await JobsForTests.start(database.url, { nats, limits: { nativeBatchLines: 4, ...limits } });
}

const read = (id: string): Promise<BatchObject> => jobs.get(AnswerBatchesHandler).read({ caller, id });
const store = (events: readonly RequestEnded[]): Promise<void> => jobs.get(StoreResultsHandler).store(events);
const states = async (id: string): Promise<string[]> =>
  (
    await jobs.query<{ state: string }>(
      `SELECT state FROM jobs.native_batches WHERE batch_id = $1 ORDER BY state, id`,
      [id],
    )
  ).map(({ state }) => state);

/** A batch whose lines have been looked at for providers, and its first turn. */
async function planned(content = inputLines(LINES)): Promise<string> {
  const id = await jobs.create(content);
  await jobs.advance(id);
  await jobs.get(PlanNativeHandler).settled();
  await jobs.dispatch();
  return id;
}

/** Looks once at every batch at a provider that is to be looked at, as a process of that name. */
async function look(holder = 'looker'): Promise<void> {
  const natives = jobs.get(NativeBatchRepository);
  await jobs.query(`UPDATE jobs.native_batches SET look_at = now() - interval '1 second', lease_until = NULL`);
  for (const native of await natives.claim(holder, { most: 10, leaseMilliseconds: 10_000, except: [] })) {
    const pause = await jobs.get(AdvanceNativeHandler).advance(native, holder);
    await natives.release(holder, native.id, pause);
  }
}

/** The event of a line that was done in a batch at a provider: half of what it would have cost online. */
const nativeEnded = (id: string, line: number): RequestEnded => {
  const event = lineEnded(id, line);
  const attempts = event.attempts.map((attempt) => ({
    ...attempt,
    nativeBatch: { id: 'remote', onlineNanoUsd: '3000' },
  }));
  return { ...event, attempts };
};

const storesAll = (id: string) => async (requestIds: readonly string[]) => {
  await store(requestIds.map((requestId) => nativeEnded(id, lineOfRequest(requestId))));
  return [...requestIds];
};

describe('lines of batches at providers', () => {
  it('go there in batches, come back as results, and what was saved is told', async () => {
    const id = await planned();
    expect(nats.lines()).toEqual([]);
    expect(await read(id)).toMatchObject({ switchyard: { native_lines: LINES, savings_usd: '0' } });
    await look();
    expect([...worker.submitted.values()].map((ids) => ids.length).toSorted((one, other) => one - other)).toEqual([
      2, 4,
    ]);
    worker.state = 'ended';
    worker.collect = storesAll(id);
    await look();
    await look();
    expect(await states(id)).toEqual(['ended', 'ended']);
    expect(worker.discarded).toHaveLength(2);
    await jobs.advance(id);
    expect(await read(id)).toMatchObject({
      status: 'completed',
      request_counts: { total: LINES, completed: LINES, failed: 0 },
      cost_usd: '0.000009',
      switchyard: { native_lines: 0, savings_usd: '0.000009' },
    });
    expect(nats.lines()).toEqual([]);
  });

  it('go online where they are too few, or no target of theirs takes them', async () => {
    const large = (line: number) =>
      inputLine(line, { body: { model: 'gpt-large', messages: [{ role: 'user', content: 'x' }] } });
    const id = await planned([inputLine(1), large(2), large(3)].join('\n'));
    expect(await states(id)).toEqual([]);
    expect(nats.lines()).toEqual([1, 2, 3]);
  });

  it('go there beside others that go online', async () => {
    const large = inputLine(2, { body: { model: 'gpt-large', messages: [{ role: 'user', content: 'x' }] } });
    const id = await planned([inputLine(1), large, inputLine(3)].join('\n'));
    expect(nats.lines()).toEqual([2]);
    await look();
    expect([...worker.submitted.values()].flat().map(lineOfRequest)).toEqual([1, 3]);
    worker.state = 'ended';
    worker.collect = storesAll(id);
    await look();
    await look();
    await store([lineEnded(id, 2)]);
    await jobs.advance(id);
    expect(await read(id)).toMatchObject({ status: 'completed', request_counts: { completed: 3 } });
  });

  it('go online where there is too little time', async () => {
    await jobs.stop();
    await start({ leastMilliseconds: 48 * 60 * 60_000 });
    await planned();
    expect(nats.lines()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('come back online where the provider has not done them, each once', async () => {
    const id = await planned(inputLines(3));
    worker.state = 'ended';
    worker.collect = async (requestIds) => storesAll(id)(requestIds.slice(0, 1));
    await look();
    await look();
    await look();
    expect(await states(id)).toEqual(['ended']);
    await jobs.dispatch();
    expect(nats.lines()).toEqual([2, 3]);
    await store([lineEnded(id, 2), lineEnded(id, 3)]);
    await jobs.advance(id);
    expect(await read(id)).toMatchObject({ status: 'completed', request_counts: { completed: 3 } });
    expect(nats.lines()).toEqual([2, 3]);
  });

  it.each(['failed', 'gone'] as const)('come back online where their batch is %s', async (state) => {
    const id = await planned(inputLines(3));
    await look();
    worker.state = state;
    await look();
    expect(await states(id)).toEqual(['failed']);
    await jobs.dispatch();
    expect(nats.lines()).toEqual([1, 2, 3]);
  });

  it('come back online where the provider refuses them, or some of them', async () => {
    const id = await planned(inputLines(3));
    worker.left = [batchIdentifiers.request(id, 2)];
    await look();
    await jobs.dispatch();
    expect(nats.lines()).toEqual([2]);
    expect(await read(id)).toMatchObject({ switchyard: { native_lines: 2 } });
    worker.refusal = { outcome: 'refused', message: 'no', mayPass: false };
    const other = await planned(inputLines(2));
    await look();
    expect(await states(other)).toEqual(['failed']);
  });

  it('are sent again later where a provider is only busy', async () => {
    const id = await planned(inputLines(3));
    worker.refusal = { outcome: 'refused', message: 'later', mayPass: true };
    await look();
    expect(await states(id)).toEqual(['planned']);
    worker.refusal = undefined;
    await look();
    expect(await states(id)).toEqual(['running']);
  });

  it('are called back when their deadline nears, and go online', async () => {
    const id = await planned(inputLines(3));
    await look();
    await jobs.query(`UPDATE jobs.native_batches SET give_up_at = now()`);
    await look();
    expect(worker.cancelled).toHaveLength(1);
    worker.state = 'ended';
    worker.collect = async (requestIds) => storesAll(id)(requestIds.slice(0, 1));
    await look();
    await look();
    expect(await states(id)).toEqual(['cancelled']);
    await jobs.dispatch();
    expect(nats.lines()).toEqual([2, 3]);
  });

  it('do not wait for a provider that does not end what it was told to end; what comes late changes nothing', async () => {
    const id = await planned(inputLines(2));
    await look();
    await jobs.query(`UPDATE jobs.native_batches SET give_up_at = now()`);
    await look();
    await jobs.query(`UPDATE jobs.native_batches SET cancelling_at = now() - interval '1 hour'`);
    await look();
    await jobs.dispatch();
    expect(nats.lines()).toEqual([1, 2]);
    await store([lineEnded(id, 1), lineEnded(id, 2)]);
    await store([nativeEnded(id, 1), nativeEnded(id, 2)]);
    expect(await read(id)).toMatchObject({ request_counts: { completed: 2 }, cost_usd: '0.000003' });
  });

  it.each(['running', 'submitting'])(
    'do not wait for a provider that cannot be asked for a batch that is %s, once there is no time left',
    async (state) => {
      const id = await planned(inputLines(2));
      await look();
      const change = `UPDATE jobs.native_batches SET state = $1, give_up_at = now() - $2::interval WHERE batch_id = $3`;
      await jobs.query(change, [state, '0 s', id]);
      nats.answer = () => {
        throw new QueryRefused({ status: 502, code: 'batch_api_failed', message: 'the provider is not configured' });
      };
      await expect(look()).rejects.toThrow('the provider is not configured');
      expect(await states(id)).toEqual([state]);
      await jobs.query(change, [state, '8 minutes', id]);
      await look();
      expect(await states(id)).toEqual([state === 'running' ? 'failed' : 'unknown']);
      await jobs.dispatch();
      expect(nats.lines()).toEqual([1, 2]);
    },
  );

  it.each(['running', 'submitting', 'fetching'])(
    'that are %s are not given up by a process that has just started, as the workers may have',
    async (state) => {
      await jobs.stop();
      await start({}, { nativeStartMilliseconds: 60_000 });
      const id = await planned(inputLines(2));
      await look();
      await jobs.query(
        `UPDATE jobs.native_batches SET state = $1, give_up_at = now() - interval '1 hour' WHERE batch_id = $2`,
        [state, id],
      );
      nats.answer = () => {
        throw new MessagingError('no_responders', 'nobody is there yet');
      };
      await expect(look()).rejects.toThrow('nobody is there yet');
      expect(await states(id)).toEqual([state]);
    },
  );

  it('come back by ones and twos, and none is passed over that comes while others are sent', async () => {
    const id = await planned(inputLines(3));
    await look();
    const natives = jobs.get(NativeBatchRepository);
    const [native] = await jobs.query<{ id: string }>(`SELECT id FROM jobs.native_batches WHERE batch_id = $1`, [id]);
    await natives.giveBack(native?.id ?? '', [3]);
    nats.beforeStored = async () => {
      nats.beforeStored = () => undefined;
      await natives.giveBack(native?.id ?? '', [1]);
    };
    await jobs.dispatch();
    expect(nats.lines()).toEqual([3, 1]);
    expect(await read(id)).toMatchObject({ switchyard: { native_lines: 1 } });
  });

  it('are not taken for lost while they are at a provider', async () => {
    const id = await planned(inputLines(3));
    await look();
    await jobs.query(`UPDATE jobs.batches SET published_at = now() - interval '1 hour' WHERE id = $1`, [id]);
    const sweeper = jobs.get(SweepLinesHandler);
    await sweeper.sweep();
    await sweeper.sweep();
    expect(nats.lines()).toEqual([]);
  });
});

describe('a crash while a batch is submitted', () => {
  it('finds it again by its name', async () => {
    const id = await planned(inputLines(3));
    worker.losesAnswer = true;
    await look('one');
    expect(await states(id)).toEqual(['submitting']);
    await look('other');
    expect(await states(id)).toEqual(['running']);
    expect(worker.submitted.size).toBe(1);
  });

  it('submits it again where the provider knows of none', async () => {
    const id = await planned(inputLines(3));
    worker.refusal = { outcome: 'unknown', message: 'nobody knows' };
    await look();
    worker.refusal = undefined;
    await jobs.query(`UPDATE jobs.native_batches SET submitting_at = now() - interval '1 hour'`);
    await look();
    await look();
    expect(await states(id)).toEqual(['running']);
    expect(worker.submitted.size).toBe(1);
  });

  it('leaves it as unknown where the provider keeps no names, and its lines go online', async () => {
    const id = await planned(inputLines(3));
    worker.canFind = false;
    worker.losesAnswer = true;
    await look();
    await look();
    expect(await states(id)).toEqual(['submitting']);
    await jobs.query(`UPDATE jobs.native_batches SET submitting_at = now() - interval '1 hour'`);
    await look();
    expect(await states(id)).toEqual(['unknown']);
    await jobs.dispatch();
    expect(nats.lines()).toEqual([1, 2, 3]);
  });

  it('has done nothing where no worker was there', async () => {
    const id = await planned(inputLines(3));
    const { answer } = nats;
    nats.answer = new PlayedNats().answer;
    await look();
    expect(await states(id)).toEqual(['planned']);
    nats.answer = answer;
    await look();
    expect(await states(id)).toEqual(['running']);
  });

  it('lets nobody go on whose lease is lost', async () => {
    const id = await planned(inputLines(3));
    const natives = jobs.get(NativeBatchRepository);
    const [native] = await natives.claim('one', { most: 1, leaseMilliseconds: 10_000, except: [] });
    await jobs.query(`UPDATE jobs.native_batches SET lease_holder = 'other'`);
    if (native) await jobs.get(AdvanceNativeHandler).advance(native, 'one');
    expect(await states(id)).toEqual(['planned']);
    expect(worker.submitted.size).toBe(0);
  });
});

describe('a batch that is cancelled while lines are at a provider', () => {
  it('waits for what the provider has done, and ends the rest, each with its event', async () => {
    const id = await planned(inputLines(3));
    await look();
    await jobs.get(CancelBatchHandler).cancel({ caller, id });
    await jobs.advance(id);
    expect(await read(id)).toMatchObject({ status: 'cancelling' });
    await look();
    expect(worker.cancelled).toHaveLength(1);
    worker.state = 'ended';
    worker.collect = async (requestIds) => storesAll(id)(requestIds.slice(0, 1));
    await look();
    await look();
    await jobs.advance(id);
    expect(await read(id)).toMatchObject({ status: 'cancelled', request_counts: { total: 3, completed: 1 } });
    expect(nats.ended.map(({ requestId }) => lineOfRequest(requestId)).toSorted((one, other) => one - other)).toEqual([
      2, 3,
    ]);
    expect(nats.lines()).toEqual([]);
  });

  it('takes back what was not sent', async () => {
    const id = await planned(inputLines(3));
    await jobs.get(CancelBatchHandler).cancel({ caller, id });
    await look();
    expect(await states(id)).toEqual(['cancelled']);
    await jobs.advance(id);
    expect(await read(id)).toMatchObject({ status: 'cancelled', request_counts: { completed: 0 } });
    expect(nats.ended).toHaveLength(3);
  });
});
