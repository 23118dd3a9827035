import { describe, expect, it } from '@jest/globals';
import { Database, DEFAULT_TENANT_ROLE } from '#libs/storage';
import { findGapsOnceMigrated } from '#libs/testing';
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
  it('has a policy for every table that is not named as nobody’s', async () => {
    const wall = { schema: 'billing', role: DEFAULT_TENANT_ROLE, nobodys: NOBODYS };
    const gaps = await findGapsOnceMigrated((options) => new Database({ ...billingSchema, ...options }), wall);
    expect(gaps).toEqual([]);
  });
});
