import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Database, DEFAULT_TENANT_ROLE } from '#libs/storage';
import { createTestDatabase, findGapsInTenantWall, type TestDatabase } from '#libs/testing';
import { billingSchema } from './billing.schema.js';

/** Which messages were taken in, prices that are one for all, and the books of the whole installation, which are read with the admin key alone. */
const NOBODYS = [
  'inbox',
  'migrations',
  'price_versions',
  'ledger_accounts',
  'ledger_transactions',
  'ledger_entries',
  'account_days',
  'provider_days',
  'summed_days',
];

describe('the wall between tenants in billing', () => {
  let server: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    server = await createTestDatabase();
    const log = { info: () => undefined, warn: () => undefined };
    database = new Database({ ...billingSchema, url: server.url, log });
    database.start();
    await database.whenReady();
  });
  afterAll(async () => {
    await database.close();
    await server.drop();
  });

  it('has a policy for every table that is not named as nobody’s', async () => {
    const wall = { schema: 'billing', role: DEFAULT_TENANT_ROLE, nobodys: NOBODYS };
    expect(await findGapsInTenantWall(server, wall)).toEqual([]);
  });
});
