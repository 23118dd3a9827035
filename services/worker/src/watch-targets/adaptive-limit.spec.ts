import { describe, expect, it } from '@jest/globals';
import { AdaptiveLimit } from './adaptive-limit.js';

describe('AdaptiveLimit', () => {
  it('sets no bound before the target complains', () => {
    expect(new AdaptiveLimit().at(0)).toBe(Infinity);
  });

  it('falls with each complaint, whatever is still under way, to four calls at the least', () => {
    const limit = new AdaptiveLimit();
    const limits = Array.from({ length: 4 }, (_, turn) => {
      limit.tooMany(turn === 0 ? 100 : 1, { startedAt: 2 * turn + 1, now: 2 * turn + 2 });
      return limit.at(2 * turn + 2);
    });

    expect(limits).toEqual([70, 49, 34, 24]);
    for (let now = 20; now < 40; now++) limit.tooMany(1, { startedAt: now, now });
    expect(limit.at(40)).toBe(4);
  });

  it('begins with a bound that is worth it, however few calls are under way', () => {
    const limit = new AdaptiveLimit();
    limit.tooMany(1, { startedAt: -1, now: 0 });
    expect(limit.at(1)).toBe(22);
  });

  it('falls once for all the calls that were under way at once', () => {
    const limit = new AdaptiveLimit();
    for (let answer = 0; answer < 90; answer++) limit.tooMany(300 - answer, { startedAt: 0, now: 10 + answer });
    expect(limit.at(100)).toBe(210);
  });

  it('rises quickly while it is small, then by one for as many good answers as may be under way', () => {
    const limit = new AdaptiveLimit();
    limit.tooMany(1, { startedAt: -1, now: 0 });
    for (let answer = 0; answer < 10; answer++) limit.good();
    expect(limit.at(1)).toBe(32);
    for (let answer = 0; answer < 34; answer++) limit.good();
    expect(limit.at(1)).toBe(33);
  });

  it('is lifted after a quiet minute', () => {
    const limit = new AdaptiveLimit();
    limit.tooMany(10, { startedAt: -1, now: 0 });
    expect(limit.at(60_001)).toBe(Infinity);
  });
});
