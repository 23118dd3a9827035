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
    policies.followKey(entry({ guards: [guard('a')], privacy: { zeroRetention: true } }));
    expect(policies.of(holder)).toEqual({ guards: [guard('a')], privacy: { zeroRetention: true } });
    for (const other of [{ key: 'x' }, { project: 'x' }, { organization: 'x' }])
      expect(policies.of({ ...holder, ...other })).toBeUndefined();
  });

  it('change with the key, and go on when it is revoked or its time is over', () => {
    const policies = new KeyPolicies();
    policies.followKey(entry({ guards: [guard('a')] }));
    policies.followKey(entry({ guards: [guard('b')] }));
    expect(policies.of(holder)).toEqual({ guards: [guard('b')] });
    policies.followKey(entry({ guards: [guard('b')], expiresAt: 1, revokedAt: 1 }));
    expect(policies.of(holder)).toEqual({ guards: [guard('b')] });
    policies.followKey(entry({}));
    expect(policies.of(holder)).toBeUndefined();
  });
});
