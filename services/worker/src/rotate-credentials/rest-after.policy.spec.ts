import { describe, expect, it } from '@jest/globals';
import {
  LONGEST_RATE_LIMITED_REST_MILLISECONDS,
  RATE_LIMITED_REST_MILLISECONDS,
  REFUSED_REST_MILLISECONDS,
  restAfter,
  restBeforeRefusal,
} from './rest-after.policy.js';

const NOW = Date.parse('2026-01-01T00:00:00Z');

describe('restAfter', () => {
  it.each([
    ['authentication', false],
    ['permission', true],
  ] as const)('lets a credential refused for %s rest long, for the model only: %s', (errorClass, forModelOnly) => {
    const rest = restAfter({ errorClass, retryAfter: undefined }, NOW);
    expect(rest).toEqual({ milliseconds: REFUSED_REST_MILLISECONDS, forModelOnly });
  });

  it('lets one without quota rest for the model that has none, as long as we ever wait', () => {
    const rest = restAfter({ errorClass: 'quota', retryAfter: undefined }, NOW);
    expect(rest).toEqual({ milliseconds: LONGEST_RATE_LIMITED_REST_MILLISECONDS, forModelOnly: true });
    expect(restAfter({ errorClass: 'quota', retryAfter: '60' }, NOW)?.milliseconds).toBe(60_000);
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
    expect(restAfter({ errorClass: 'rate_limit', retryAfter }, NOW)).toEqual({ milliseconds, forModelOnly: false });
  });

  it.each(['invalid_request', 'not_found', 'content_filter', 'server_error', 'overloaded', 'connection'] as const)(
    'does not blame the credential for %s',
    (errorClass) => {
      expect(restAfter({ errorClass, retryAfter: '9' }, NOW)).toBeUndefined();
    },
  );
});

describe('restBeforeRefusal', () => {
  it.each([
    ['requests are left', { requests: { remaining: 1, resetMilliseconds: 9_000 } }, undefined],
    ['none is left, for as long as it is said', { requests: { remaining: 0, resetMilliseconds: 9_000 } }, 9_000],
    ['no tokens are left, and nobody says for how long', { tokens: { remaining: 0 } }, undefined],
    ['none is left for a day', { tokens: { remaining: 0, resetMilliseconds: 86_400_000 } }, 300_000],
    ['nothing is said', undefined, undefined],
  ])('where %s', (_what, allowance, milliseconds) => {
    expect(restBeforeRefusal(allowance)).toBe(milliseconds);
  });
});
