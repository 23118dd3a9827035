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

  it('differs by every amount, by provider and by model', () => {
    const versions = [
      version,
      priceVersionOf({ ...prices, inputNanoUsdPerMillion: '400000001' }, 'main', 'gpt-4.1-mini'),
      priceVersionOf({ ...prices, outputNanoUsdPerMillion: '400000001' }, 'main', 'gpt-4.1-mini'),
      priceVersionOf({ ...prices, cachedInputNanoUsdPerMillion: '0' }, 'main', 'gpt-4.1-mini'),
      priceVersionOf(prices, 'toy', 'gpt-4.1-mini'),
      priceVersionOf(prices, 'main', 'gpt-4.1'),
    ];
    expect(new Set(versions).size).toBe(versions.length);
  });
});
