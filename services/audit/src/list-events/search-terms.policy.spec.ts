import { describe, expect, it } from '@jest/globals';
import { searchPatterns } from './search-terms.policy.js';

describe('a search', () => {
  it.each([
    ['alice', ['%alice%']],
    ['  alice   key.issued ', ['%alice%', '%key.issued%']],
    ['"alice in" x', ['%alice in%', '%x%']],
    ['100%_', [String.raw`%100\%\_%`]],
    [String.raw`a\b`, [String.raw`%a\\\\b%`]],
    ['"', [String.raw`%\\"%`]],
    ['größe', ['%größe%']],
  ])('for %j looks for %j', (text, patterns) => {
    expect(searchPatterns(text)).toEqual(patterns);
  });
});
