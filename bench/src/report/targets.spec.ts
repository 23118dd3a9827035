import { describe, expect, it } from '@jest/globals';
import { isMet } from './targets.js';

describe('isMet', () => {
  it('takes the limit itself for met', () => {
    expect(isMet({ what: 'added p50', measured: 1.5, limit: 1.5, bound: 'at most' })).toBe(true);
    expect(isMet({ what: 'durable lane', measured: 0.4, limit: 0.4, bound: 'at least' })).toBe(true);
  });

  it('does not take a figure that could not be measured for met', () => {
    expect(isMet({ what: 'added p50', measured: Number.NaN, limit: 1.5, bound: 'at most' })).toBe(false);
    expect(isMet({ what: 'durable lane', measured: Number.NaN, limit: 0.4, bound: 'at least' })).toBe(false);
  });
});
