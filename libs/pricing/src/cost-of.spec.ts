import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { costOf, costPartsOf } from './cost-of.js';
import { parseUsdPerMillion } from './parse-usd-per-million.js';

const RUNS = { numRuns: 25_000 };
const amount = fc.oneof(
  fc.bigInt({ min: 0n, max: 10n ** 15n }),
  fc.constantFrom(0n, 1n, 499_999n, 500_000n, 500_001n, 1_500_000n, parseUsdPerMillion('0.01875')),
);
const prices = fc.record({ input: amount, cached: fc.option(amount, { nil: undefined }), output: amount }).map(priceOf);
const count = fc.oneof(fc.nat({ max: 2_000_000_000 }), fc.nat({ max: 100 }));
const usage = fc.record(
  { promptTokens: count, completionTokens: count, cachedPromptTokens: count },
  { requiredKeys: ['promptTokens', 'completionTokens'] },
);

function priceOf({ input, cached, output }: { input: bigint; cached?: bigint | undefined; output: bigint }) {
  return {
    inputNanoUsdPerMillion: `${input}`,
    ...(cached !== undefined && { cachedInputNanoUsdPerMillion: `${cached}` }),
    outputNanoUsdPerMillion: `${output}`,
  };
}

/** An independent model: the only even-tied integer within half of the exact rational numerator / 10⁶. */
function isNearestEven(candidate: bigint, numerator: bigint): boolean {
  const twiceDistance = 2n * (candidate * 1_000_000n - numerator);
  const isTie = twiceDistance === 1_000_000n || twiceDistance === -1_000_000n;
  return isTie ? candidate % 2n === 0n : twiceDistance > -1_000_000n && twiceDistance < 1_000_000n;
}

describe('the cost of a call', () => {
  const small = priceOf({ input: 400_000_000n, cached: 100_000_000n, output: 1_600_000_000n });

  it('prices prompt, cached and completion tokens each at their own price', () => {
    const cost = costPartsOf({ promptTokens: 1_000, cachedPromptTokens: 400, completionTokens: 250 }, small);
    expect(cost).toEqual({
      promptNanoUsd: 240_000n,
      cachedPromptNanoUsd: 40_000n,
      completionNanoUsd: 400_000n,
      totalNanoUsd: 680_000n,
    });
  });

  it('prices cached tokens like other prompt tokens when there is no cached price', () => {
    const plain = priceOf({ input: 400_000_000n, output: 0n });
    expect(costOf({ promptTokens: 10, cachedPromptTokens: 4, completionTokens: 9 }, plain)).toBe(4_000n);
  });

  it.each([
    [1, 19n],
    [2, 38n],
    [3, 56n],
    [6, 112n],
    [10, 188n],
    [1_000_000, 18_750_000n],
  ])('rounds %i tokens at 0.01875 USD per million half to even', (promptTokens, nanoUsd) => {
    const price = priceOf({ input: parseUsdPerMillion('0.01875'), output: 0n });
    expect(costOf({ promptTokens, completionTokens: 0 }, price)).toBe(nanoUsd);
  });

  it('bills no more than the prompt when a provider reports more cached tokens than prompt tokens', () => {
    expect(costOf({ promptTokens: 5, cachedPromptTokens: 9, completionTokens: 0 }, small)).toBe(500n);
  });

  it('refuses negative and fractional counts', () => {
    expect(() => costOf({ promptTokens: -1, completionTokens: 0 }, small)).toThrow(RangeError);
    expect(() => costOf({ promptTokens: 1.5, completionTokens: 0 }, small)).toThrow(RangeError);
  });

  it('is never negative, is the sum of its parts and agrees with exact rational arithmetic', () => {
    fc.assert(
      fc.property(usage, prices, (used, price) => {
        const cost = costPartsOf(used, price);
        const cached = Math.min(used.cachedPromptTokens ?? 0, used.promptTokens);
        const input = BigInt(price.inputNanoUsdPerMillion);
        const parts = [
          [cost.promptNanoUsd, BigInt(used.promptTokens - cached) * input],
          [cost.cachedPromptNanoUsd, BigInt(cached) * BigInt(price.cachedInputNanoUsdPerMillion ?? input)],
          [cost.completionNanoUsd, BigInt(used.completionTokens) * BigInt(price.outputNanoUsdPerMillion)],
        ] as const;
        return (
          parts.every(([part, numerator]) => part >= 0n && isNearestEven(part, numerator)) &&
          cost.totalNanoUsd === parts.reduce((sum, [part]) => sum + part, 0n)
        );
      }),
      RUNS,
    );
  });

  it('never falls when more tokens are used', () => {
    fc.assert(
      fc.property(usage, prices, count, count, (used, price, morePrompt, moreCompletion) => {
        const more = {
          ...used,
          promptTokens: used.promptTokens + morePrompt,
          completionTokens: used.completionTokens + moreCompletion,
        };
        return costOf(more, price) >= costOf(used, price);
      }),
      RUNS,
    );
  });
});
