import { describe, expect, it } from '@jest/globals';
import { DEFAULT_TENANT_ROLE } from '#libs/storage';
import { findGapsOnceMigrated, type MigratingDatabase } from '#libs/testing';
import { JobsForTests } from './jobs.fixture.js';

/** Which messages were taken in, who dispatches, and what an operator paused and sees of queues. */
const NOBODYS = ['inbox', 'migrations', 'dispatcher', 'queue_pauses', 'queue_rests', 'queue_speeds'];

describe('the wall between tenants in jobs', () => {
  it('has a policy for every table that is not named as nobody’s', async () => {
    const wall = { schema: 'jobs', role: DEFAULT_TENANT_ROLE, nobodys: NOBODYS };
    expect(await findGapsOnceMigrated(({ url }) => startedAt(url), wall)).toEqual([]);
  });
});

/** Jobs makes its tables as it starts. */
function startedAt(url: string): MigratingDatabase {
  let starting: Promise<JobsForTests> | undefined;
  return {
    start: () => void (starting = JobsForTests.start(url)),
    whenReady: async () => void (await starting),
    close: async () => (await starting)?.stop(),
  };
}
