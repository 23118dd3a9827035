import { describe, expect, it } from '@jest/globals';
import type { KeyEntry } from '#libs/contracts';
import { Tiers } from './tiers.js';

const keyOf = (name: string, more: Partial<KeyEntry> = {}): KeyEntry => ({
  hash: name,
  name,
  organization: 'acme',
  project: 'web',
  admin: false,
  ...more,
});
const acme = { organization: 'acme', project: 'web' };

describe('the tier of whoever calls', () => {
  const tiers = new Tiers();
  tiers.follow({
    keys: [keyOf('ci', { tier: 'gold' }), keyOf('plain')],
    organizations: [
      { name: 'acme', tier: 'free', projects: [{ name: 'web' }, { name: 'lab', tier: 'silver' }] },
      { name: 'other', projects: [{ name: 'web' }] },
    ],
  });
  tiers.followKey(keyOf('made', { tier: 'gold' }));
  tiers.followKey(keyOf('bare'));
  tiers.followKey(keyOf('ci', { tier: 'silver' }));

  it.each([
    ['of a key of the file', { ...acme, key: 'ci' }, 'gold'],
    ['of a key of the admin API', { ...acme, key: 'made' }, 'gold'],
    ['of the organization, for a key without one', { ...acme, key: 'plain' }, 'free'],
    ['of the organization, for a key of the admin API without one', { ...acme, key: 'bare' }, 'free'],
    ['of the organization, for a person', acme, 'free'],
    ['of the project before that', { ...acme, project: 'lab', key: 'ci' }, 'silver'],
    ['none where nobody has one', { organization: 'other', project: 'web', key: 'ci' }, undefined],
    ['none in a place that there is not', { organization: 'nobody', project: 'web' }, undefined],
  ])('is that %s', (_whose, holder, tier) => {
    expect(tiers.of(holder)).toBe(tier);
  });

  it('follows keys that are changed', () => {
    tiers.followKey(keyOf('made'));
    expect(tiers.of({ ...acme, key: 'made' })).toBe('free');
  });
});
