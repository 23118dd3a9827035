import { describe, expect, it } from '@jest/globals';
import type { KeyEntry } from '#libs/contracts';
import { NamedKeys } from './named-keys.js';

const entry = (ordinal?: number, changes: Partial<KeyEntry> = {}): KeyEntry => ({
  hash: '0'.repeat(64),
  organization: 'acme',
  project: 'web',
  name: 'ci',
  admin: false,
  ...(ordinal === undefined ? {} : { ordinal }),
  ...changes,
});

describe('of the keys of one name', () => {
  it('the last one speaks for it, in whichever order they are heard of', () => {
    const names = new NamedKeys();
    expect([2, 1, 2, 3, 2].map((ordinal) => names.speaks(entry(ordinal)))).toEqual([true, false, true, true, false]);
  });

  it('the last one goes on speaking when it is revoked, and none before it speaks again', () => {
    const names = new NamedKeys();
    names.speaks(entry(1));
    names.speaks(entry(2));
    expect(names.speaks(entry(2, { revokedAt: 1 }))).toBe(true);
    expect(names.speaks(entry(1))).toBe(false);
  });

  it('each speaks for its own name and place alone', () => {
    const names = new NamedKeys();
    names.speaks(entry(5));
    for (const other of [{ name: 'cd' }, { project: 'lab' }, { organization: 'other' }])
      expect(names.speaks(entry(1, other))).toBe(true);
  });

  it('one without a number speaks when it is heard of, unless it is revoked, was replaced, or there is one with a number', () => {
    const names = new NamedKeys();
    expect(names.speaks(entry(undefined, { expiresAt: 1 }))).toBe(true);
    expect(names.speaks(entry())).toBe(true);
    expect(names.speaks(entry(undefined, { expiresAt: 1 }))).toBe(false);
    expect(names.speaks(entry(undefined, { revokedAt: 1 }))).toBe(false);
    names.speaks(entry(1));
    expect(names.speaks(entry())).toBe(false);
  });
});
