import { describe, expect, it } from '@jest/globals';
import type { BreakerRecord } from '#libs/contracts';
import { targetsHold } from './targets-hold.policy.js';

const NOW = 5_000;
const target = (provider: string) => ({ provider, model: 'm' });
const breaker: BreakerRecord = { state: 'open', since: 1_000, until: 6_000, openings: 1, reason: 'overloaded' };
const down = { target: target('down'), state: { breaker } };
const resting = (provider: string, coolingUntil: number) => ({ target: target(provider), state: { coolingUntil } });

describe('the targets of a model', () => {
  it('hold nothing back while one of them can be called, or nothing is known of one', () => {
    expect(targetsHold([down, { target: target('well'), state: {} }], NOW)).toBeUndefined();
    expect(targetsHold([down, { target: target('new'), state: undefined }], NOW)).toBeUndefined();
    expect(targetsHold([resting('rested', NOW)], NOW)).toBeUndefined();
    expect(targetsHold([], NOW)).toBeUndefined();
  });

  it('are named with what is the matter, also between two tries of one that is down', () => {
    const words = 'provider down, model m (overloaded)';
    expect(targetsHold([down], NOW)).toEqual({ words, until: undefined });
    expect(targetsHold([down], breaker.until + 1)).toEqual({ words, until: undefined });
    expect(targetsHold([{ ...down, state: { breaker: { ...breaker, state: 'probing' } } }], NOW)?.words).toBe(words);
  });

  it('tell until when where one waits for its own limit, and name three at most', () => {
    const two = targetsHold([down, resting('one', 9_000), resting('two', 8_000)], NOW);
    expect(two?.until).toBe(8_000);
    expect(two?.words).toContain('provider two, model m (rate_limit)');
    const many = targetsHold([down, down, down, down, resting('last', 9_000)], NOW);
    expect(many?.words).toMatch(/; and 2 more$/);
  });
});
