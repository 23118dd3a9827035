import { describe, expect, it } from '@jest/globals';
import { timeOf } from './replay-period.policy.js';

const now = Date.parse('2026-06-15T12:00:00Z');

describe('timeOf', () => {
  it.each([
    ['7d', '2026-06-08T12:00:00.000Z'],
    ['90m', '2026-06-15T10:30:00.000Z'],
    ['36h', '2026-06-14T00:00:00.000Z'],
    ['2w', '2026-06-01T12:00:00.000Z'],
    ['2026-01-31', '2026-01-31T00:00:00.000Z'],
    ['2026-01-31T12:00:00+02:00', '2026-01-31T10:00:00.000Z'],
    ['999999w', '1970-01-01T00:00:00.000Z'],
  ])('reads %s', (text, time) => {
    expect(new Date(timeOf(text, now) ?? Number.NaN).toISOString()).toBe(time);
  });

  it.each(['', 'yesterday', '7', '7y', '-7d', '1.5d', '2026-13-01', '12'])('does not read %j', (text) => {
    expect(timeOf(text, now)).toBeUndefined();
  });
});
