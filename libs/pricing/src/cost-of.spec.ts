import { describe, expect, it } from '@jest/globals';
import type { Usage } from '#libs/contracts';
import * as fc from 'fast-check';
import { costOf, costPartsOf } from './cost-of.js';
import { parseUsdPerMillion } from './parse-usd-per-million.js';
import type { TokenAmounts, TokenPrices } from './token-prices.js';

const RUNS = { numRuns: 10_000 };
const amount = fc.oneof(
  fc.bigInt({ min: 0n, max: 10n ** 15n }),
  fc.constantFrom(0n, 1n, 499_999n, 500_000n, 500_001n, 1_500_000n, parseUsdPerMillion('0.01875')),
);
const count = fc.oneof(fc.nat({ max: 2_000_000_000 }), fc.nat({ max: 100 }));
const usage: fc.Arbitrary<Usage> = fc.record(
  {
    promptTokens: count,
    completionTokens: count,
    cachedPromptTokens: count,
    cacheWritePromptTokens: count,
    audioPromptTokens: count,
    imagePromptTokens: count,
    reasoningTokens: count,
    audioCompletionTokens: count,
    imageCompletionTokens: count,
  },
  { requiredKeys: ['promptTokens', 'completionTokens'] },
);
const amounts = fc.record(
  {
    inputNanoUsdPerMillion: amount,
    cachedInputNanoUsdPerMillion: amount,
    cacheWriteInputNanoUsdPerMillion: amount,
    audioInputNanoUsdPerMillion: amount,
    imageInputNanoUsdPerMillion: amount,
    outputNanoUsdPerMillion: amount,
    reasoningOutputNanoUsdPerMillion: amount,
    audioOutputNanoUsdPerMillion: amount,
    imageOutputNanoUsdPerMillion: amount,
  },
  { requiredKeys: ['inputNanoUsdPerMillion', 'outputNanoUsdPerMillion'] },
);

/** Prices with up to three tiers, none of them cheaper than what is below. */
const prices: fc.Arbitrary<TokenPrices> = fc
  .record({ base: amounts, steps: fc.array(fc.record({ tokens: count, dearer: amount }), { maxLength: 3 }) })
  .map(({ base, steps }) => {
    let abovePromptTokens = 0;
    let extra = 0n;
    const tiers = steps.map(({ tokens, dearer }) => {
      abovePromptTokens += tokens + 1;
      extra += dearer;
      return { abovePromptTokens, ...asText(base, extra) };
    });
    return { ...asText(base, 0n), ...(tiers.length > 0 && { tiers }) };
  });

function asText(base: Record<string, bigint | undefined>, extra: bigint): TokenAmounts {
  const entries = Object.entries(base).filter((entry): entry is [string, bigint] => entry[1] !== undefined);
  const text = Object.fromEntries(entries.map(([field, value]) => [field, `${value + extra}`]));
  return { inputNanoUsdPerMillion: '', outputNanoUsdPerMillion: '', ...text };
}

function priceOf({ input, cached, output }: { input: bigint; cached?: bigint; output: bigint }): TokenPrices {
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
  const partsOf = (used: Usage, price: TokenPrices) =>
    costPartsOf(used, price).parts.map(({ kind, tokens, nanoUsd }) => [kind, Number(tokens), Number(nanoUsd)]);

  it('prices prompt, cached and completion tokens each at their own price', () => {
    const used = { promptTokens: 1_000, cachedPromptTokens: 400, completionTokens: 250 };
    expect(partsOf(used, small)).toEqual([
      ['promptTokens', 600, 240_000],
      ['cachedPromptTokens', 400, 40_000],
      ['completionTokens', 250, 400_000],
    ]);
    expect(costOf(used, small)).toBe(680_000n);
  });

  it('prices every kind of token that has a price of its own', () => {
    const price = {
      ...small,
      cacheWriteInputNanoUsdPerMillion: '500000000',
      audioInputNanoUsdPerMillion: '2000000000',
      imageInputNanoUsdPerMillion: '3000000000',
      reasoningOutputNanoUsdPerMillion: '4000000000',
      audioOutputNanoUsdPerMillion: '5000000000',
      imageOutputNanoUsdPerMillion: '6000000000',
    };
    const prompt = { cachedPromptTokens: 10, cacheWritePromptTokens: 20, audioPromptTokens: 30, imagePromptTokens: 5 };
    const completion = { reasoningTokens: 1, audioCompletionTokens: 2, imageCompletionTokens: 3 };
    expect(partsOf({ promptTokens: 100, completionTokens: 10, ...prompt, ...completion }, price)).toEqual([
      ['promptTokens', 35, 14_000],
      ['cachedPromptTokens', 10, 1_000],
      ['cacheWritePromptTokens', 20, 10_000],
      ['audioPromptTokens', 30, 60_000],
      ['imagePromptTokens', 5, 15_000],
      ['completionTokens', 4, 6_400],
      ['reasoningTokens', 1, 4_000],
      ['audioCompletionTokens', 2, 10_000],
      ['imageCompletionTokens', 3, 18_000],
    ]);
  });

  it('prices tokens of a kind without a price like the others of their whole', () => {
    const plain = priceOf({ input: 400_000_000n, output: 1_000_000_000n });
    const used = { promptTokens: 10, completionTokens: 9, cachedPromptTokens: 4, cacheWritePromptTokens: 3 };
    expect(costOf({ ...used, reasoningTokens: 9 }, plain)).toBe(13_000n);
  });

  it.each([
    [200_000, 80_000_000n],
    [200_001, 160_000_800n],
    [500_001, 600_001_200n],
  ])('takes the amounts of the highest tier that a prompt of %i tokens exceeds', (promptTokens, nanoUsd) => {
    const tiers = [
      { abovePromptTokens: 500_000, ...priceOf({ input: 1_200_000_000n, output: 0n }) },
      { abovePromptTokens: 200_000, ...priceOf({ input: 800_000_000n, output: 0n }) },
    ];
    expect(costOf({ promptTokens, completionTokens: 0 }, { ...small, tiers })).toBe(nanoUsd);
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
        const { parts, totalNanoUsd } = costPartsOf(used, price);
        const billed = parts.reduce((sum, { tokens }) => sum + tokens, 0n);
        return (
          parts.every(
            ({ tokens, nanoUsdPerMillion, nanoUsd }) =>
              nanoUsd >= 0n && isNearestEven(nanoUsd, tokens * BigInt(nanoUsdPerMillion)),
          ) &&
          billed === BigInt(used.promptTokens) + BigInt(used.completionTokens) &&
          totalNanoUsd === parts.reduce((sum, { nanoUsd }) => sum + nanoUsd, 0n)
        );
      }),
      RUNS,
    );
  });

  it('never falls when more tokens are used and no tier is cheaper than what is below it', () => {
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
