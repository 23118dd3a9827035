import { describe, expect, it } from '@jest/globals';
import {
  LONGEST_RATE_LIMITED_REST_MILLISECONDS,
  RATE_LIMITED_REST_MILLISECONDS,
  REFUSED_REST_MILLISECONDS,
  restAfter,
} from './rest-after.policy.js';

const NOW = Date.parse('2026-01-01T00:00:00Z');

describe('restAfter', () => {
  it.each([401, 403])('lets a credential refused with %i rest long', (status) => {
    expect(restAfter({ status, retryAfter: undefined }, NOW)).toBe(REFUSED_REST_MILLISECONDS);
  });

  it.each([
    ['nothing', undefined, RATE_LIMITED_REST_MILLISECONDS],
    ['an empty header', ' ', RATE_LIMITED_REST_MILLISECONDS],
    ['rubbish', 'soon', RATE_LIMITED_REST_MILLISECONDS],
    ['seconds', '2', 2_000],
    ['parts of a second', '0.5', 500],
    ['a date', 'Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
    ['a date that is past', 'Wed, 31 Dec 2025 23:00:00 GMT', 0],
    ['a day', '86400', LONGEST_RATE_LIMITED_REST_MILLISECONDS],
  ])('lets one at its rate limit rest as the provider says: %s', (_what, retryAfter, milliseconds) => {
    expect(restAfter({ status: 429, retryAfter }, NOW)).toBe(milliseconds);
  });

  it.each([200, 400, 404, 500, 503, undefined])('does not blame the credential for %s', (status) => {
    expect(restAfter({ status, retryAfter: '9' }, NOW)).toBeUndefined();
  });
});
