import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { buildAttempt, buildRequestEnded } from '#libs/testing';
import { firstOfEachRequest, priceEvent, priceVersionsOf } from './charge.policy.js';
import { UnknownPriceVersion } from './unknown-price-version.error.js';

const VERSION = 'price_0123456789abcdef';
const prices = new Map([[VERSION, { inputNanoUsdPerMillion: '400000000', outputNanoUsdPerMillion: '1600000000' }]]);

describe('the price of a terminal event', () => {
  it('has a line for each attempt that used tokens, and is that of the answer; the rest is waste', () => {
    const attempts = [
      buildAttempt({ outcome: 'failed', usage: undefined, usageBasis: undefined }),
      buildAttempt({ outcome: 'cancelled', usage: { promptTokens: 10, completionTokens: 1 }, usageBasis: 'estimate' }),
      buildAttempt(),
    ];
    const priced = priceEvent(buildRequestEnded({ attempts }), prices);
    expect(priced.lines.map(({ attempt, usageBasis, costNanoUsd }) => [attempt, usageBasis, costNanoUsd])).toEqual([
      [1, 'estimate', 5_600n],
      [2, 'provider', 800_000n],
    ]);
    expect(priced).toMatchObject({ promptTokens: 1_000, costNanoUsd: 800_000n, wasteNanoUsd: 5_600n });
  });

  it('is nothing where nothing was used, even if the price is unknown', () => {
    const attempts = [buildAttempt({ outcome: 'failed', usage: undefined, priceVersion: 'price_ffffffffffffffff' })];
    const event = buildRequestEnded({ outcome: 'failed', attempts });
    expect(priceVersionsOf([event])).toEqual(new Set());
    expect(priceEvent(event, prices)).toMatchObject({ lines: [], costNanoUsd: 0n, promptTokens: 0 });
  });

  it('is never nothing because a price is unknown', () => {
    const attempts = [buildAttempt({ priceVersion: 'price_ffffffffffffffff' })];
    expect(() => priceEvent(buildRequestEnded({ attempts }), prices)).toThrow(UnknownPriceVersion);
  });

  it('calls usage of unsaid origin an estimate', () => {
    const { lines } = priceEvent(buildRequestEnded({ attempts: [buildAttempt({ usageBasis: undefined })] }), prices);
    expect(lines[0]?.usageBasis).toBe('estimate');
  });

  it('of an answer kept of an earlier request is what the event says, in a line of its own', () => {
    const event = buildRequestEnded({ attempts: [], cachedFrom: 'req_0123456789', cacheChargeNanoUsd: '501' });
    const { lines, costNanoUsd, promptTokens } = priceEvent(event, prices);
    expect({ costNanoUsd, promptTokens }).toEqual({ costNanoUsd: 501n, promptTokens: 0 });
    expect(lines).toMatchObject([{ attempt: 0, provider: 'cache', priceVersion: 'cache', costNanoUsd: 501n }]);
    expect(priceEvent({ ...event, cacheChargeNanoUsd: '0' }, prices)).toMatchObject({ lines: [], costNanoUsd: 0n });
  });

  it('is, with its waste, the exact sum of its lines', () => {
    const usage = fc.record({ promptTokens: fc.nat(), completionTokens: fc.nat(), cachedPromptTokens: fc.nat() });
    fc.assert(
      fc.property(fc.array(usage, { maxLength: 5 }), (usages) => {
        const attempts = usages.map((used) => buildAttempt({ usage: used }));
        const { lines, costNanoUsd, wasteNanoUsd } = priceEvent(buildRequestEnded({ attempts }), prices);
        const sum = lines.reduce((before, line) => before + line.costNanoUsd, 0n);
        return lines.length === usages.length && costNanoUsd + wasteNanoUsd === sum;
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('several events of one request', () => {
  it('count as the first of them', () => {
    const first = buildRequestEnded();
    const second = { ...first, outcome: 'failed' as const };
    const other = buildRequestEnded();
    expect(firstOfEachRequest([first, other, second])).toEqual([first, other]);
  });
});
