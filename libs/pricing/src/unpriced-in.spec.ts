import { describe, expect, it } from '@jest/globals';
import type { Operation, Usage } from '#libs/contracts';
import { missingAmountFor, unpricedIn } from './unpriced-in.js';
import type { TokenPrices } from './token-prices.js';

const free: TokenPrices = { inputNanoUsdPerMillion: '0', outputNanoUsdPerMillion: '0' };
const byTokens: TokenPrices = { inputNanoUsdPerMillion: '4', outputNanoUsdPerMillion: '4' };
const withoutTokens: TokenPrices = { ...free, isWithoutTokenPrice: true };
const used = (changes: Partial<Usage>): Usage => ({ promptTokens: 0, completionTokens: 0, ...changes });

describe('the amount without which an operation cannot be charged', () => {
  it.each<[Operation, TokenPrices, string | undefined]>([
    ['chat', byTokens, undefined],
    ['chat', { ...withoutTokens, nanoUsdPerImage: '1' }, 'inputPerMillion'],
    ['chat', { ...withoutTokens, nanoUsdPerRequest: '1' }, undefined],
    ['count_tokens', { ...withoutTokens, nanoUsdPerImage: '1' }, undefined],
    ['speech', byTokens, 'perMillionCharacters'],
    ['speech', { ...byTokens, nanoUsdPerMillionCharacters: '1' }, undefined],
    ['speech', { ...withoutTokens, nanoUsdPerHourOfAudio: '1' }, undefined],
    ['speech', { ...withoutTokens, nanoUsdPerImage: '1' }, 'perMillionCharacters'],
    ['speech', free, undefined],
    ['image_generation', byTokens, undefined],
    ['image_generation', { ...withoutTokens, nanoUsdPerHourOfAudio: '1' }, 'perImage'],
    ['transcription', { ...withoutTokens, nanoUsdPerHourOfAudio: '1' }, undefined],
    ['rerank', { ...withoutTokens, nanoUsdPerImage: '1' }, 'perThousandSearches'],
  ])('of %s at %j is %s', (operation, prices, missing) => {
    expect(missingAmountFor(operation, prices)).toBe(missing);
  });
});

describe('what of a usage has no price', () => {
  it.each([
    ['tokens alone', used({ promptTokens: 5 }), byTokens],
    ['what tokens pay for', used({ promptTokens: 5, images: 1, characters: 9 }), byTokens],
    ['what has a price of its own', used({ images: 1 }), { ...withoutTokens, nanoUsdPerImage: '1' }],
    ['tokens beside it', used({ images: 1, promptTokens: 5 }), { ...withoutTokens, nanoUsdPerImage: '1' }],
    ['what a request pays for', used({ images: 1 }), { ...withoutTokens, nanoUsdPerRequest: '1' }],
    ['anything at a price of nothing', used({ images: 1, webSearches: 2 }), free],
  ])('leaves out %s', (_what, usage, prices) => {
    expect(unpricedIn(usage, prices)).toEqual([]);
  });

  it.each([
    [
      'images without tokens',
      used({ images: 2 }),
      byTokens,
      "2 images, for which the target has no price; add 'perImage'",
    ],
    ['searches of the web beside tokens', used({ promptTokens: 5, webSearches: 3 }), byTokens, '3 web searches'],
    ['tokens', used({ promptTokens: 5 }), { ...withoutTokens, nanoUsdPerImage: '1' }, '5 tokens'],
  ])('tells %s', (_what, usage, prices, sentence) => {
    expect(unpricedIn(usage, prices)).toEqual([expect.stringContaining(`Not charged: ${sentence}`)]);
  });
});
