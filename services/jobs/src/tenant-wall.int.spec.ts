import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEFAULT_TENANT_ROLE } from '#libs/storage';
import { createTestDatabase, findGapsInTenantWall, type TestDatabase } from '#libs/testing';
import { JobsForTests } from './jobs.fixture.js';

/** Which messages were taken in, who dispatches, and what an operator paused and sees of queues. */
const NOBODYS = ['inbox', 'migrations', 'dispatcher', 'queue_pauses', 'queue_rests', 'queue_speeds'];

describe('the wall between tenants in jobs', () => {
  let server: TestDatabase;
  let jobs: JobsForTests;

  beforeAll(async () => {
    server = await createTestDatabase();
    jobs = await JobsForTests.start(server.url);
  });
  afterAll(async () => {
    await jobs.stop();
    await server.drop();
  });

  it('has a policy for every table that is not named as nobody’s', async () => {
    const wall = { schema: 'jobs', role: DEFAULT_TENANT_ROLE, nobodys: NOBODYS };
    expect(await findGapsInTenantWall(server, wall)).toEqual([]);
  });
});
