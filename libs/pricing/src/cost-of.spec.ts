import { describe, expect, it } from '@jest/globals';
import type { Usage } from '#libs/contracts';
import * as fc from 'fast-check';
import { costOf, costPartsOf } from './cost-of.js';
import { parseUsdPerMillion } from './parse-usd-per-million.js';
import { PRICED_UNITS } from './priced-units.js';
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
    cacheWrite1hPromptTokens: count,
    audioPromptTokens: count,
    imagePromptTokens: count,
    reasoningTokens: count,
    audioCompletionTokens: count,
    imageCompletionTokens: count,
    requests: count,
    images: count,
    audioMilliseconds: count,
    characters: count,
    searches: count,
    webSearches: count,
  },
  { requiredKeys: ['promptTokens', 'completionTokens'] },
);
const amounts = fc.record(
  {
    inputNanoUsdPerMillion: amount,
    cachedInputNanoUsdPerMillion: amount,
    cacheWriteInputNanoUsdPerMillion: amount,
    cacheWrite1hInputNanoUsdPerMillion: amount,
    audioInputNanoUsdPerMillion: amount,
    imageInputNanoUsdPerMillion: amount,
    outputNanoUsdPerMillion: amount,
    reasoningOutputNanoUsdPerMillion: amount,
    audioOutputNanoUsdPerMillion: amount,
    imageOutputNanoUsdPerMillion: amount,
  },
  { requiredKeys: ['inputNanoUsdPerMillion', 'outputNanoUsdPerMillion'] },
);

const units: fc.Arbitrary<Partial<TokenPrices>> = fc
  .record(
    {
      nanoUsdPerRequest: amount,
      nanoUsdPerImage: amount,
      nanoUsdPerHourOfAudio: amount,
      nanoUsdPerMillionCharacters: amount,
      nanoUsdPerThousandSearches: amount,
      nanoUsdPerThousandWebSearches: amount,
    },
    { requiredKeys: [] },
  )
  .map((record) => Object.fromEntries(Object.entries(record).map(([field, value]) => [field, `${value}`])));

/** Prices with up to three tiers, none of them cheaper than what is below. */
const prices: fc.Arbitrary<TokenPrices> = fc
  .record({ base: amounts, units, steps: fc.array(fc.record({ tokens: count, dearer: amount }), { maxLength: 3 }) })
  .map(({ base, units: ofUnits, steps }) => {
    let abovePromptTokens = 0;
    let extra = 0n;
    const tiers = steps.map(({ tokens, dearer }) => {
      abovePromptTokens += tokens + 1;
      extra += dearer;
      return { abovePromptTokens, ...asText(base, extra) };
    });
    return { ...asText(base, 0n), ...ofUnits, ...(tiers.length > 0 && { tiers }) };
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

/** An independent model: the only even-tied integer within half of the exact rational numerator / per. */
function isNearestEven(candidate: bigint, numerator: bigint, per: bigint): boolean {
  const twiceDistance = 2n * (candidate * per - numerator);
  const isTie = twiceDistance === per || twiceDistance === -per;
  return isTie ? candidate % 2n === 0n : twiceDistance > -per && twiceDistance < per;
}

describe('the cost of a call', () => {
  const small = priceOf({ input: 400_000_000n, cached: 100_000_000n, output: 1_600_000_000n });
  const partsOf = (used: Usage, price: TokenPrices) =>
    costPartsOf(used, price).parts.map(({ kind, quantity, nanoUsd }) => [kind, Number(quantity), Number(nanoUsd)]);

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

  it('prices what is written to a cache for an hour by itself where it has a price, and else as all that is written', () => {
    const used = { promptTokens: 100, completionTokens: 0, cacheWritePromptTokens: 50, cacheWrite1hPromptTokens: 20 };
    const written = { ...small, cacheWriteInputNanoUsdPerMillion: '500000000' };
    expect(partsOf(used, { ...written, cacheWrite1hInputNanoUsdPerMillion: '800000000' })).toEqual([
      ['promptTokens', 50, 20_000],
      ['cacheWrite1hPromptTokens', 20, 16_000],
      ['cacheWritePromptTokens', 30, 15_000],
    ]);
    expect(partsOf(used, written)).toEqual([
      ['promptTokens', 50, 20_000],
      ['cacheWritePromptTokens', 50, 25_000],
    ]);
  });

  it('prices what is not paid by tokens by its own units, beside tokens or without', () => {
    const price = {
      ...small,
      isWithoutTokenPrice: true as const,
      nanoUsdPerRequest: '100000',
      nanoUsdPerImage: '40000000',
      nanoUsdPerHourOfAudio: '360000000',
      nanoUsdPerMillionCharacters: '15000000000',
      nanoUsdPerThousandSearches: '2000000000',
      nanoUsdPerThousandWebSearches: '10000000000',
    };
    const used = { images: 2, audioMilliseconds: 90_500, characters: 12, searches: 3, webSearches: 1 };
    const parts = [
      ['requests', 1, 100_000],
      ['images', 2, 80_000_000],
      ['audioMilliseconds', 90_500, 9_050_000],
      ['characters', 12, 180_000],
      ['searches', 3, 6_000_000],
      ['webSearches', 1, 10_000_000],
    ];
    const tokens = { promptTokens: 10, completionTokens: 0 };
    expect(partsOf({ ...tokens, ...used }, price)).toEqual(parts);
    const { isWithoutTokenPrice: _, ...withTokens } = price;
    expect(partsOf({ ...tokens, ...used }, withTokens)).toEqual([['promptTokens', 10, 4_000], ...parts]);
    expect(costOf({ promptTokens: 0, completionTokens: 0, requests: 0 }, price)).toBe(0n);
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
        const ofTokens = parts.filter(({ kind }) => kind.endsWith('Tokens'));
        const billed = ofTokens.reduce((sum, { quantity }) => sum + quantity, 0n);
        return (
          parts.every(
            ({ quantity, amountNanoUsd, per, nanoUsd }) =>
              nanoUsd >= 0n && isNearestEven(nanoUsd, quantity * BigInt(amountNanoUsd), per),
          ) &&
          billed === BigInt(used.promptTokens) + BigInt(used.completionTokens) &&
          totalNanoUsd === parts.reduce((sum, { nanoUsd }) => sum + nanoUsd, 0n)
        );
      }),
      RUNS,
    );
  });

  it('charges whatever was used that the price has an amount for, by the piece', () => {
    fc.assert(
      fc.property(usage, prices, (used, price) => {
        const { parts } = costPartsOf(used, price);
        return PRICED_UNITS.every(({ kind, amount: name, per }) => {
          const quantity = used[kind] ?? (kind === 'requests' ? 1 : 0);
          const part = parts.find((one) => one.kind === kind);
          if (price[name] === undefined || quantity === 0) return part === undefined;
          return part?.quantity === BigInt(quantity) && part.amountNanoUsd === price[name] && part.per === per;
        });
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
