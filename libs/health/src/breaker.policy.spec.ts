import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { DEFAULT_BREAKER, isLeftAlone, isUnwell, opened, probing } from './breaker.policy.js';

const calls = (count: number, failures: number, consecutiveFailures = 0) => ({
  calls: count,
  failures,
  consecutiveFailures,
});

describe('isUnwell', () => {
  it.each([
    ['four failures in a row', calls(4, 4, 4), false],
    ['five failures in a row', calls(5, 5, 5), true],
    ['half of twenty calls', calls(20, 10, 1), true],
    ['half of few calls', calls(8, 4, 1), false],
    ['less than half of many', calls(1_000, 499, 1), false],
  ])('judges %s', (_what, recent, expected) => {
    expect(isUnwell(recent, DEFAULT_BREAKER)).toBe(expected);
  });
});

describe('opened', () => {
  it('rests twice as long with each failed probe, up to a bound, and remembers since when', () => {
    let breaker = opened(undefined, { reason: 'server_error', now: 1_000, settings: DEFAULT_BREAKER });
    const rests = [breaker.until - 1_000];
    for (let now = 10_000; now <= 40_000; now += 10_000) {
      breaker = opened(probing(breaker, 'worker_1', now), { reason: 'connection', now, settings: DEFAULT_BREAKER });
      rests.push(breaker.until - now);
    }

    expect(rests).toEqual([2_000, 4_000, 8_000, 10_000, 10_000]);
    expect(breaker).toMatchObject({ state: 'open', since: 1_000, openings: 5, reason: 'connection' });
  });

  it('is never left alone for longer than the bound', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.nat(), (openings, now) => {
        const known = { state: 'open' as const, since: 0, until: 0, openings, reason: 'overloaded' as const };
        const breaker = opened(known, { reason: 'overloaded', now, settings: DEFAULT_BREAKER });
        expect(isLeftAlone(breaker, now)).toBe(true);
        expect(isLeftAlone(breaker, now + DEFAULT_BREAKER.mostCoolDownMilliseconds)).toBe(false);
      }),
    );
  });
});
