import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createTestDatabase, type TestDatabase } from '#libs/testing';
import { JobsForTests } from '../jobs.fixture.js';
import { PlayedNats } from '../played-nats.fixture.js';
import { nativeSnapshot } from './native.fixture.js';
import { happening } from './native-happenings.fixture.js';
import { NativeWorld } from './native-world.fixture.js';

const SEQUENCES = 60;
const MOST_HAPPENINGS = 16;

let database: TestDatabase;
let jobs: JobsForTests;

beforeAll(async () => {
  database = await createTestDatabase();
  const nats = new PlayedNats();
  nats.snapshot = nativeSnapshot();
  jobs = await JobsForTests.start(database.url, { nats, limits: { nativeBatchLines: 3 } });
});
afterAll(async () => {
  await jobs.stop();
  await database.drop();
});

describe('lines at providers', () => {
  it('end once each, are charged once, and leave nothing open, whatever happens in whatever order', async () => {
    const happenings = fc.array(happening, { maxLength: MOST_HAPPENINGS });
    const lines = fc.integer({ min: 2, max: 5 });
    await fc.assert(
      fc.asyncProperty(happenings, lines, fc.boolean(), async (sequence, count, keepsNames) => {
        const world = new NativeWorld(jobs, { lines: count, keepsNames });
        await world.begin();
        for (const each of sequence) await world.live(each);
        await world.end();
        await world.checkEnd();
      }),
      { numRuns: SEQUENCES },
    );
    expect(jobs.nats.published.length).toBeGreaterThan(0);
  }, 120_000);
});
