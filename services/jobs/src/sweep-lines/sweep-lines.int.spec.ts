import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '#libs/testing';
import { DispatchJobsHandler } from '../dispatch-jobs/dispatch-jobs.handler.js';
import { PauseRepository } from '../dispatch-work/pause.repository.js';
import { askForJob } from '../job.fixture.js';
import { JobsForTests } from '../jobs.fixture.js';
import { inputLines, lineEnded } from '../line.fixture.js';
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
