import { describe, expect, it } from '@jest/globals';
import { hintOf, isMistypedKey, issueKey } from './issued-key.js';

describe('a key handed out', () => {
  it('has a prefix to be recognised by, is of one form and never the same twice', () => {
    const keys = Array.from({ length: 1_000 }, issueKey);
    expect(new Set(keys).size).toBe(keys.length);
    for (const key of keys) expect(key).toMatch(/^sy_live_[0-9A-Za-z]{36}$/);
  });

  it('is known as mistyped when any one character is another, or is missing', () => {
    const key = issueKey();
    expect(isMistypedKey(key)).toBe(false);
    for (let index = 'sy_live_'.length; index < key.length; index += 1) {
      const other = key[index] === 'a' ? 'b' : 'a';
      expect(isMistypedKey(key.slice(0, index) + other + key.slice(index + 1))).toBe(true);
      expect(isMistypedKey(key.slice(0, index) + key.slice(index + 1))).toBe(true);
    }
  });

  it('is not mixed up with keys of other kinds', () => {
    for (const key of ['sk-demo-0123456789', 'sy_admin_abc', '']) expect(isMistypedKey(key)).toBe(false);
  });

  it('is shown by its beginning and end only', () => {
    const key = issueKey();
    expect(hintOf(key)).toBe(`sy_live_…${key.slice(-4)}`);
  });
});
