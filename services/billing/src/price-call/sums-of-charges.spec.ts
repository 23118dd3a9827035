import { describe, expect, it } from '@jest/globals';
import { buildAttempt, buildRequestEnded } from '#libs/testing';
import { priceEvent } from './charge.policy.js';
import { sumsOf } from './sums-of-charges.js';

const prices = new Map([['p', { inputNanoUsdPerMillion: '1000000', outputNanoUsdPerMillion: '2000000' }]]);
const HOUR = 3_600_000;

function entered(changes: Parameters<typeof buildRequestEnded>[0]) {
  const event = buildRequestEnded(changes);
  return { priced: priceEvent(event, prices), model: event.model, entries: [], transaction: undefined };
}
const attempt = (promptTokens: number, changes: Parameters<typeof buildAttempt>[0] = {}) =>
  buildAttempt({ priceVersion: 'p', usage: { promptTokens, completionTokens: 0 }, ...changes });

describe('sums of charges', () => {
  it('are exact beyond what a number is sure of', () => {
    const most = Number.MAX_SAFE_INTEGER;
    const charges = [1, 2, 3].map(() => entered({ attempts: [attempt(most)] }));
    const { hours, providerDays, charged } = sumsOf(charges);
    const promptTokens = 3n * BigInt(most);
    expect([hours, providerDays, charged].map(([sum]) => sum?.promptTokens)).toEqual(Array(3).fill(promptTokens));
    expect(hours[0]?.costNanoUsd).toBe(promptTokens);
  });

  it('count a request once as such, once for its end user and once for each tag that it has', () => {
    const facts = { tags: ['a', 'b', 'a'] } as never;
    const { hours } = sumsOf([entered({ attempts: [attempt(7)], endUser: 'ann', facts, endedAt: 5 * HOUR + 1 })]);
    expect(hours.map(({ kind, value, hour, requests }) => [kind, value, hour, requests])).toEqual([
      ['all', '', 5 * HOUR, 1],
      ['end_user', 'ann', 5 * HOUR, 1],
      ['tag', 'a', 5 * HOUR, 1],
      ['tag', 'b', 5 * HOUR, 1],
    ]);
  });

  it('keep what another provider was paid apart from the request', () => {
    const failed = attempt(10, { provider: 'other', outcome: 'failed' });
    const { hours, providerDays } = sumsOf([entered({ attempts: [failed, attempt(4)] })]);
    expect(hours.map((sum) => [sum.provider, sum.requests, sum.providerCostNanoUsd, sum.wasteNanoUsd])).toEqual([
      ['main', 1, 4n, 0n],
      ['other', 0, 0n, 10n],
    ]);
    expect(providerDays.map(({ provider, calls, costNanoUsd }) => [provider, calls, costNanoUsd])).toEqual([
      ['other', 1, 10n],
      ['main', 1, 4n],
    ]);
  });
});
