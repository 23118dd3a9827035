import { describe, expect, it } from '@jest/globals';
import type { GuardEntry, KeyEntry } from '#libs/contracts';
import { KeyPolicies } from './key-policies.js';

const guard = (name: string): GuardEntry => ({ name, kind: 'injection', on: ['request'], action: 'block' });
const entry = (changes: Partial<KeyEntry>): KeyEntry => ({
  hash: 'a'.repeat(64),
  name: 'bot',
  organization: 'acme',
  project: 'web',
  admin: false,
  ...changes,
});
const holder = { organization: 'acme', project: 'web', key: 'bot' };

describe('the policies of keys that were made over the network', () => {
  it('are those of the key, and of no other', () => {
    const policies = new KeyPolicies();
    expect(policies.of(holder)).toBeUndefined();
    policies.followKey('1', entry({ guards: [guard('a')], privacy: { zeroRetention: true } }));
    expect(policies.of(holder)).toEqual({ guards: [guard('a')], privacy: { zeroRetention: true } });
    for (const other of [{ key: 'x' }, { project: 'x' }, { organization: 'x' }])
      expect(policies.of({ ...holder, ...other })).toBeUndefined();
  });

  it('stay whatever is heard of the key that this one replaced', () => {
    const policies = new KeyPolicies();
    policies.followKey('1', entry({ guards: [guard('before')] }));
    policies.followKey('2', entry({ guards: [guard('after')] }));
    policies.followKey('1', entry({}));
    policies.followKey('1', entry({ revokedAt: 1, guards: [guard('before')] }));
    expect(policies.of(holder)).toEqual({ guards: [guard('after')] });
  });

  it('go with the key: when it is changed, revoked, removed or expires', () => {
    const policies = new KeyPolicies();
    const given = entry({ guards: [guard('a')] });
    for (const end of [entry({}), entry({ guards: [guard('a')], revokedAt: 1 }), undefined]) {
      policies.followKey('1', given);
      policies.followKey('1', end);
      expect(policies.of(holder)).toBeUndefined();
    }
    policies.followKey('1', entry({ guards: [guard('a')], expiresAt: Date.now() - 1 }));
    expect(policies.of(holder)).toBeUndefined();
  });
});
