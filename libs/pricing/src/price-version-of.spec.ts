import { describe, expect, it } from '@jest/globals';
import { priceSchema } from '#libs/contracts';
import { priceVersionOf } from './price-version-of.js';

const prices = { inputNanoUsdPerMillion: '400000000', outputNanoUsdPerMillion: '1600000000' };

describe('the version of a price', () => {
  const version = priceVersionOf(prices, 'main', 'gpt-4.1-mini');

  it('is a valid version and never changes between releases', () => {
    expect(priceSchema.parse({ ...prices, version }).version).toBe(version);
    expect(version).toBe('price_b512e177d8b71f20');
  });

  it('is shared by equal prices however they are written', () => {
    expect(priceVersionOf({ ...prices, inputNanoUsdPerMillion: '0400000000' }, 'main', 'gpt-4.1-mini')).toBe(version);
  });

  it('stays as it was for prices from before there were further amounts', () => {
    const cached = { ...prices, cachedInputNanoUsdPerMillion: '100000000' };
    expect(priceVersionOf(cached, 'main', 'gpt-4.1-mini')).toBe('price_62e92caebfcb9274');
  });

  it('is shared by tiers in any order', () => {
    const tiers = [200_000, 100_000].map((abovePromptTokens) => ({ abovePromptTokens, ...prices }));
    expect(priceVersionOf({ ...prices, tiers }, 'main', 'm')).toBe(
      priceVersionOf({ ...prices, tiers: tiers.toReversed() }, 'main', 'm'),
    );
  });

  it('differs by every amount, by provider and by model', () => {
    const versions = [
      version,
      priceVersionOf({ ...prices, inputNanoUsdPerMillion: '400000001' }, 'main', 'gpt-4.1-mini'),
      priceVersionOf({ ...prices, outputNanoUsdPerMillion: '400000001' }, 'main', 'gpt-4.1-mini'),
      priceVersionOf({ ...prices, cachedInputNanoUsdPerMillion: '0' }, 'main', 'gpt-4.1-mini'),
      priceVersionOf({ ...prices, cacheWriteInputNanoUsdPerMillion: '0' }, 'main', 'gpt-4.1-mini'),
      priceVersionOf({ ...prices, reasoningOutputNanoUsdPerMillion: '0' }, 'main', 'gpt-4.1-mini'),
      priceVersionOf({ ...prices, audioInputNanoUsdPerMillion: '0' }, 'main', 'gpt-4.1-mini'),
      priceVersionOf({ ...prices, tiers: [{ abovePromptTokens: 1, ...prices }] }, 'main', 'gpt-4.1-mini'),
      priceVersionOf({ ...prices, tiers: [{ abovePromptTokens: 2, ...prices }] }, 'main', 'gpt-4.1-mini'),
      priceVersionOf({ ...prices, cacheWrite1hInputNanoUsdPerMillion: '0' }, 'main', 'gpt-4.1-mini'),
      priceVersionOf({ ...prices, nanoUsdPerImage: '0' }, 'main', 'gpt-4.1-mini'),
      priceVersionOf({ ...prices, nanoUsdPerImage: '1' }, 'main', 'gpt-4.1-mini'),
      priceVersionOf({ ...prices, nanoUsdPerRequest: '0' }, 'main', 'gpt-4.1-mini'),
      priceVersionOf({ ...prices, nanoUsdPerThousandWebSearches: '0' }, 'main', 'gpt-4.1-mini'),
      priceVersionOf({ ...prices, isWithoutTokenPrice: true }, 'main', 'gpt-4.1-mini'),
      priceVersionOf(prices, 'toy', 'gpt-4.1-mini'),
      priceVersionOf(prices, 'main', 'gpt-4.1'),
    ];
    expect(new Set(versions).size).toBe(versions.length);
  });
});
