import { describe, expect, it } from '@jest/globals';
import { duration, money } from './progress.policy.js';

describe('money', () => {
  it('shows enough decimals to see something', () => {
    expect(money('0.000184500')).toBe('$0.000184');
    expect(money('12.345678900')).toBe('$12.34');
    expect(money('3')).toBe('$3.00');
  });
});

describe('duration', () => {
  it('uses the units that fit', () => {
    expect(duration(0.2)).toBe('1 s');
    expect(duration(61)).toBe('1 min 1 s');
    expect(duration(7_260)).toBe('2 h 1 min');
  });
});
