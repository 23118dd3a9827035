import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Database, DEFAULT_TENANT_ROLE } from '#libs/storage';
import { createTestDatabase, findGapsInTenantWall, type TestDatabase } from '#libs/testing';
import { auditSchema } from './audit.schema.js';

/** Which messages were taken in, the keys that checkpoints are signed with, and how far the operator's destinations are. */
const NOBODYS = ['inbox', 'migrations', 'push_leases', 'pushes', 'signing_keys'];

describe('the wall between tenants in audit', () => {
  let server: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    server = await createTestDatabase();
    const log = { info: () => undefined, warn: () => undefined };
    database = new Database({ ...auditSchema, url: server.url, log });
    database.start();
    await database.whenReady();
  });
  afterAll(async () => {
    await database.close();
    await server.drop();
  });

  it('has a policy for every table that is not named as nobody’s', async () => {
    const wall = { schema: 'audit', role: DEFAULT_TENANT_ROLE, nobodys: NOBODYS };
    expect(await findGapsInTenantWall(server, wall)).toEqual([]);
  });
});
