import { describe, expect, it } from '@jest/globals';
import { retryAfterMilliseconds } from './retry-after.policy.js';

const NOW = Date.parse('2026-01-01T00:00:00Z');

describe('retryAfterMilliseconds', () => {
  it.each([
    ['nothing', undefined, undefined],
    ['an empty header', ' ', undefined],
    ['rubbish', 'soon', undefined],
    ['no end', 'Infinity', undefined],
    ['seconds', '2', 2_000],
    ['parts of a second', '0.5', 500],
    ['a date', 'Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
    ['a date that is past', 'Wed, 31 Dec 2025 23:59:00 GMT', -60_000],
  ])('reads %s', (_what, header, milliseconds) => {
    expect(retryAfterMilliseconds(header, NOW)).toBe(milliseconds);
  });
});
