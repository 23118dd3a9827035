import { describe, expect, it } from '@jest/globals';
import { Database, DEFAULT_TENANT_ROLE } from '#libs/storage';
import { findGapsOnceMigrated } from '#libs/testing';
import { controlSchema } from './control.schema.js';

/** The configuration of the whole installation, messages on their way, and people, who belong to no organisation. */
const NOBODYS = [
  'migrations',
  'configuration_versions',
  'configuration_refusals',
  'outgoing_messages',
  'dead_letters',
  'people',
  'person_identities',
  'sessions',
  'oidc_flows',
  'sign_in_attempts',
];

describe('the wall between tenants in control', () => {
  it('has a policy for every table that is not named as nobody’s', async () => {
    const wall = { schema: 'control', role: DEFAULT_TENANT_ROLE, nobodys: NOBODYS };
    const gaps = await findGapsOnceMigrated((options) => new Database({ ...controlSchema, ...options }), wall);
    expect(gaps).toEqual([]);
  });
});
