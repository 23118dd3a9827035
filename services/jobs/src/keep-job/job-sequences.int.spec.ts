import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createTestDatabase, type TestDatabase } from '#libs/testing';
import { JobsForTests } from '../jobs.fixture.js';
import { happening, JobWorld } from './job-world.fixture.js';

const SEQUENCES = 40;
const MOST_HAPPENINGS = 16;

let database: TestDatabase;
let jobs: JobsForTests;

beforeAll(async () => {
  database = await createTestDatabase();
  jobs = await JobsForTests.start(database.url, { limits: { sweepMilliseconds: 0, sweepPauseMilliseconds: 0 } });
});
afterAll(async () => {
  await jobs.stop();
  await database.drop();
});

describe('the states of jobs', () => {
  it('are one for each job, end once by its first event, and are final then, whatever happens in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(happening, { maxLength: MOST_HAPPENINGS }),
        fc.integer({ min: 1, max: 4 }),
        async (sequence, count) => {
          await jobs.query(`DELETE FROM jobs.jobs`);
          const world = new JobWorld(jobs);
          await world.begin(count);
          for (const each of sequence) await world.live(each);
          await world.end();
        },
      ),
      { numRuns: SEQUENCES },
    );
    expect(jobs.nats.published.length).toBeGreaterThan(0);
  }, 120_000);
});
