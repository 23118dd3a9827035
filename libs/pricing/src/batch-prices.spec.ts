import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { batchPricesOf } from './batch-prices.js';
import { costOf } from './cost-of.js';
import type { TokenPrices } from './token-prices.js';

const prices: TokenPrices = {
  inputNanoUsdPerMillion: '3000000000',
  cachedInputNanoUsdPerMillion: '300000000',
  outputNanoUsdPerMillion: '15000000000',
  nanoUsdPerThousandWebSearches: '10000000000',
  tiers: [{ abovePromptTokens: 200_000, inputNanoUsdPerMillion: '6000000000', outputNanoUsdPerMillion: '22500000000' }],
};

describe('the prices of a batch interface', () => {
  it('are lower by the discount for every kind of token and in every tier, and the same for other units', () => {
    expect(batchPricesOf(prices, '0.5')).toEqual({
      inputNanoUsdPerMillion: '1500000000',
      cachedInputNanoUsdPerMillion: '150000000',
      outputNanoUsdPerMillion: '7500000000',
      nanoUsdPerThousandWebSearches: '10000000000',
      tiers: [
        { abovePromptTokens: 200_000, inputNanoUsdPerMillion: '3000000000', outputNanoUsdPerMillion: '11250000000' },
      ],
    });
  });

  it.each([
    ['5', '0.5', '2'],
    ['7', '0.5', '4'],
    ['10', '0.25', '8'],
    ['1', '0.9999', '1'],
    ['0', '0.5', '0'],
  ])('round an amount of %s at %s half to even, and never to nothing', (amount, discount, lowered) => {
    const { inputNanoUsdPerMillion } = batchPricesOf({ ...prices, inputNanoUsdPerMillion: amount }, discount);
    expect(inputNanoUsdPerMillion).toBe(lowered);
  });

  it.each(['0', '0.0', '1', '1.0', '0.12345', '-0.5', '50%', ''])('do not exist for the discount "%s"', (discount) => {
    expect(() => batchPricesOf(prices, discount)).toThrow(RangeError);
  });

  it('never make a call dearer, nor one free that was not', () => {
    const count = fc.nat({ max: 2_000_000 });
    const amount = fc.bigInt({ min: 1n, max: 10n ** 12n }).map(String);
    fc.assert(
      fc.property(
        count,
        count,
        amount,
        amount,
        fc.integer({ min: 1, max: 9_999 }),
        (prompt, completion, input, output, share) => {
          const full: TokenPrices = { inputNanoUsdPerMillion: input, outputNanoUsdPerMillion: output };
          const reduced = batchPricesOf(full, `0.${String(share).padStart(4, '0')}`);
          const used = { promptTokens: prompt, completionTokens: completion };
          return costOf(used, reduced) <= costOf(used, full) && BigInt(reduced.inputNanoUsdPerMillion) > 0n;
        },
      ),
    );
  });
});
