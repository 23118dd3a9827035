import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '#libs/testing';
import { DispatchJobsHandler } from '../dispatch-jobs/dispatch-jobs.handler.js';
import { PauseRepository } from '../dispatch-work/pause.repository.js';
import { askForJob } from '../job.fixture.js';
import { JobsForTests } from '../jobs.fixture.js';
import { PlayedNats } from '../played-nats.fixture.js';
import { inputLine, inputLines, lineEnded } from '../line.fixture.js';
import { StoreResultsHandler } from '../store-results/store-results.handler.js';
import { SweepLinesHandler } from './sweep-lines.handler.js';

let database: TestDatabase;
let jobs: JobsForTests;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  jobs = await JobsForTests.start(database.url, { limits: { publishStepLines: 5, publishWindowLines: 5 } });
});
afterEach(() => jobs.stop());

const sweep = (): Promise<number> => jobs.get(SweepLinesHandler).sweep();
const busy = (lastSequence: number, settledSequence: number, streamMadeAt = 1): void => {
  jobs.nats.progress = { lastSequence, settledSequence, streamMadeAt, hasNothingLeft: false };
};

/** Looks while other work goes by, until everything that was there at the first look has arrived. */
async function letEverythingPass(from = 0): Promise<number> {
  for (let look = 1; ; look += 1) {
    const lines = await sweep();
    if (lines > 0 || look > 20) return lines;
    busy(from + look * 100 + 50, from + look * 100);
  }
}

describe('the sweep over lost lines, while other work goes on', () => {
  it('finds those that were on their way before, and leaves alone what came later', async () => {
    const id = await jobs.create(inputLines(12));
    await jobs.advance(id);
    busy(10, 5);
    expect(await sweep()).toBe(0);
    await jobs.get(StoreResultsHandler).store([1, 3, 4, 5].map((line) => lineEnded(id, line)));
    await jobs.dispatch();
    const other = await jobs.create(inputLines(3));
    await jobs.advance(other);
    const before = jobs.nats.published.length;
    expect(jobs.nats.lines()).toContain(9);

    expect(await letEverythingPass()).toBe(1);
    expect(jobs.nats.published.slice(before).map(({ requestId }) => requestId)).toEqual([`req_${id.slice(6)}_2`]);
  });

  it('does not find again what it has just put on its way', async () => {
    const id = await jobs.create(inputLines(5));
    await jobs.advance(id);
    busy(10, 5);
    expect(await letEverythingPass()).toBe(5);
    for (let look = 1; look < 9; look += 1) {
      busy(9_000 + look * 100, 9_000 + look * 100 - 1);
      expect(await sweep()).toBe(0);
    }
    expect(jobs.nats.lines()).toEqual([1, 2, 3, 4, 5, 1, 2, 3, 4, 5]);
  });

  it('leaves alone what is paused meanwhile, until it is resumed', async () => {
    await askForJob(jobs);
    await jobs.dispatch();
    const id = await jobs.create(inputLines(4));
    await jobs.advance(id);
    const before = jobs.nats.published.length;
    const pause = { scope: 'project', name: 'demo/default' } as const;
    await jobs.get(PauseRepository).put({ ...pause, reason: null, pausedBy: 'admin', until: null });
    busy(10, 5);
    expect(await letEverythingPass()).toBe(0);
    expect(await jobs.get(DispatchJobsHandler).sweep()).toBe(0);
    await jobs.get(PauseRepository).remove(pause);
    await jobs.query(`UPDATE jobs.batches SET swept_at = NULL`);
    await jobs.query(`UPDATE jobs.jobs SET swept_at = NULL`);
    expect(await letEverythingPass(9_000)).toBe(4);
    expect(await jobs.get(DispatchJobsHandler).sweep()).toBe(1);
    expect(jobs.nats.published.length - before).toBe(5);
    await jobs.query(`DELETE FROM jobs.jobs`);
  });

  it('leaves alone what a paused provider alone may serve, and puts the rest on its way', async () => {
    await jobs.stop();
    const price = { version: 'price_0123456789abcdef', inputNanoUsdPerMillion: '1', outputNanoUsdPerMillion: '1' };
    const target = (provider: string, limits: object) => ({
      provider,
      model: 'm',
      priority: 1,
      weight: 1,
      price,
      limits,
    });
    const timeouts = { firstByteMilliseconds: 1_000, idleMilliseconds: 1_000, totalMilliseconds: 1_000 };
    const targets = [target('wide', {}), target('narrow', { contextWindow: 40 })];
    const nats = new PlayedNats();
    nats.snapshot = {
      revision: 1,
      providers: ['wide', 'narrow'].map((name) => ({ name, kind: 'sim', options: {} })),
      models: [{ name: 'gpt-small', strategy: 'priority', timeouts, targets }],
      keys: [],
    };
    jobs = await JobsForTests.start(database.url, { nats });
    const body = { model: 'gpt-small', messages: [{ role: 'user', content: 'a word '.repeat(100) }] };
    await askForJob(jobs, { body });
    await jobs.dispatch();
    const id = await jobs.create(`${inputLine(1)}\n${inputLine(2, { body })}\n`);
    await jobs.advance(id);
    const before = nats.published.length;
    const pauses = jobs.get(PauseRepository);
    await pauses.put({ scope: 'provider', name: 'wide', reason: null, pausedBy: 'admin', until: null });
    busy(10, 5);
    expect(await letEverythingPass()).toBe(1);
    expect(await jobs.get(DispatchJobsHandler).sweep()).toBe(0);
    expect(nats.published.slice(before).map(({ requestId }) => requestId)).toEqual([`req_${id.slice(6)}_1`]);
    await pauses.remove({ scope: 'provider', name: 'wide' });
    await jobs.query(`UPDATE jobs.batches SET swept_at = NULL`);
    await jobs.query(`UPDATE jobs.jobs SET swept_at = NULL`);
    expect(await letEverythingPass(9_000)).toBe(2);
    expect(await jobs.get(DispatchJobsHandler).sweep()).toBe(1);
    await jobs.query(`DELETE FROM jobs.jobs`);
  });

  it('finds lost jobs too', async () => {
    const job = await askForJob(jobs);
    await jobs.dispatch();
    busy(10, 5);
    await sweep();
    expect(await jobs.get(DispatchJobsHandler).sweep()).toBe(0);
    await letEverythingPass();
    expect(await jobs.get(DispatchJobsHandler).sweep()).toBe(1);
    expect(jobs.nats.published.map(({ messageId }) => messageId)).toEqual([job.request_id, `${job.request_id}:r1`]);
  });
});
