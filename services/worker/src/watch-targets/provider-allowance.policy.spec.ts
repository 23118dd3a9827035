import { describe, expect, it } from '@jest/globals';
import { allowanceIn, askedWaitMilliseconds, untilReset } from './provider-allowance.policy.js';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const read = (headers: Record<string, string>) => allowanceIn({ header: (name) => headers[name] }, NOW);

describe('what a provider says is left of its limits', () => {
  it.each<[string, Record<string, string>, ReturnType<typeof read>]>([
    [
      'OpenAI',
      {
        'x-ratelimit-limit-requests': '60',
        'x-ratelimit-remaining-requests': '59',
        'x-ratelimit-reset-requests': '1s',
        'x-ratelimit-limit-tokens': '150000',
        'x-ratelimit-remaining-tokens': '149984',
        'x-ratelimit-reset-tokens': '6m0s',
      },
      {
        requests: { remaining: 59, limit: 60, resetMilliseconds: 1_000 },
        tokens: { remaining: 149_984, limit: 150_000, resetMilliseconds: 360_000 },
      },
    ],
    [
      'Anthropic',
      {
        'anthropic-ratelimit-requests-limit': '50',
        'anthropic-ratelimit-requests-remaining': '0',
        'anthropic-ratelimit-requests-reset': '2026-01-01T00:00:30Z',
        'anthropic-ratelimit-input-tokens-limit': '20000',
        'anthropic-ratelimit-input-tokens-remaining': '1000',
        'anthropic-ratelimit-input-tokens-reset': '2026-01-01T00:00:57Z',
      },
      {
        requests: { remaining: 0, limit: 50, resetMilliseconds: 30_000 },
        tokens: { remaining: 1_000, limit: 20_000, resetMilliseconds: 57_000 },
      },
    ],
    [
      'Azure, which may say no more than what remains',
      { 'x-ratelimit-remaining-requests': '12', 'x-ratelimit-remaining-tokens': '-1' },
      { requests: { remaining: 12 } },
    ],
    [
      'Mistral',
      {
        'x-ratelimit-limit-req-minute': '300',
        'x-ratelimit-remaining-req-minute': '299',
        'x-ratelimit-limit-tokens-minute': '500000',
        'x-ratelimit-remaining-tokens-minute': '499988',
      },
      { requests: { remaining: 299, limit: 300 }, tokens: { remaining: 499_988, limit: 500_000 } },
    ],
    [
      "Mistral's older words",
      { 'ratelimitbysize-limit': '500000', 'ratelimitbysize-remaining': '499000', 'ratelimitbysize-reset': '45' },
      { tokens: { remaining: 499_000, limit: 500_000, resetMilliseconds: 45_000 } },
    ],
    [
      'OpenRouter',
      { 'x-ratelimit-limit': '20', 'x-ratelimit-remaining': '3', 'x-ratelimit-reset': String(NOW + 9_000) },
      { requests: { remaining: 3, limit: 20, resetMilliseconds: 9_000 } },
    ],
    [
      'a limit that is less than what remains',
      { 'x-ratelimit-remaining': '9', 'x-ratelimit-limit': '2' },
      { requests: { remaining: 9 } },
    ],
    ['rubbish', { 'x-ratelimit-remaining-requests': 'many', 'x-ratelimit-remaining-tokens': '' }, undefined],
    ['nothing', {}, undefined],
  ])('is read from the words of %s', (_who, headers, allowance) => {
    expect(read(headers)).toEqual(allowance);
  });

  it.each([
    ['1h2m3.5s', 3_723_500],
    ['20ms', 20],
    ['2m59.56s', 179_560],
    ['12', 12_000],
    ['33011.5', 33_011_500],
    [String(NOW / 1_000 + 5), 5_000],
    ['2026-01-01T00:01:00Z', 60_000],
    ['2025-12-31T00:00:00Z', 0],
    ['soon', undefined],
    ['', undefined],
  ])('reads %s as a time', (text, milliseconds) => {
    expect(untilReset(text, NOW)).toBe(milliseconds);
  });
});

describe('the wait that a refusal asks for', () => {
  it.each<[string, Record<string, string>, number | undefined]>([
    ['exactly, where it is said', { 'retry-after-ms': '1234', 'retry-after': '2' }, 1_234],
    ['by seconds, where the exact one is rubbish', { 'retry-after-ms': 'soon', 'retry-after': '2' }, 2_000],
    ['not at all, where nothing is said', { 'retry-after-ms': ' ' }, undefined],
  ])('is read %s', (_how, headers, milliseconds) => {
    expect(askedWaitMilliseconds({ header: (name) => headers[name] }, NOW)).toBe(milliseconds);
  });
});
