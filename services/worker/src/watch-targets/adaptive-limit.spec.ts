import { describe, expect, it } from '@jest/globals';
import { AdaptiveLimit } from './adaptive-limit.js';

describe('AdaptiveLimit', () => {
  it('sets no bound before the target complains', () => {
    expect(new AdaptiveLimit().at(0)).toBe(Infinity);
  });

  it('falls with each complaint, to one call at the least', () => {
    const limit = new AdaptiveLimit();
    const limits = Array.from({ length: 5 }, () => {
      limit.tooMany(10, 0);
      return limit.at(0);
    });

    expect(limits).toEqual([7, 4, 3, 2, 1]);
    for (let more = 0; more < 20; more++) limit.tooMany(1, 0);
    expect(limit.at(0)).toBe(1);
  });

  it('rises by one for as many good answers as may be under way, and is lifted after a quiet minute', () => {
    const limit = new AdaptiveLimit();
    limit.tooMany(10, 0);
    for (let answer = 0; answer < 8; answer++) limit.good();
    expect(limit.at(1)).toBe(8);
    expect(limit.at(60_001)).toBe(Infinity);
  });
});
