import { describe, expect, it } from '@jest/globals';
import { Database, DEFAULT_TENANT_ROLE } from '#libs/storage';
import { findGapsOnceMigrated } from '#libs/testing';
import { auditSchema } from './audit.schema.js';

/** Which messages were taken in, the keys that checkpoints are signed with, and how far the operator's destinations are. */
const NOBODYS = ['inbox', 'migrations', 'push_leases', 'pushes', 'signing_keys'];

describe('the wall between tenants in audit', () => {
  it('has a policy for every table that is not named as nobody’s', async () => {
    const wall = { schema: 'audit', role: DEFAULT_TENANT_ROLE, nobodys: NOBODYS };
    const gaps = await findGapsOnceMigrated((options) => new Database({ ...auditSchema, ...options }), wall);
    expect(gaps).toEqual([]);
  });
});
