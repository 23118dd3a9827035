import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Facts, Price, Usage } from '#libs/contracts';
import { costOf } from '#libs/pricing';
import { buildPrice } from './budgets.fixture.js';
import type { ReachedTarget } from './reach-of.policy.js';
import { worstCost } from './worst-cost.policy.js';

const LIMITS = { limits: { outputTokens: 1_000 } };
const facts = { operation: 'chat', estimatedPromptTokens: 100, stream: false } as const;
const target = (price: Partial<Price> = {}, changes: Partial<ReachedTarget> = {}): ReachedTarget => ({
  provider: 'main',
  model: 'm',
  price: buildPrice(price),
  mayBeRescued: false,
  ...changes,
});
const least = (changes: Partial<Facts>, reach = [target()]) => worstCost({ ...facts, ...changes }, reach, LIMITS).least;

describe('the worst cost of a request', () => {
  it('is by the cap of the caller, of the model, or by the documented one', () => {
    expect(least({ maxCompletionTokens: 50 })).toBe(150n);
    expect(least({}, [target({}, { limits: { maxOutputTokens: 300 } })])).toBe(400n);
    expect(least({})).toBe(1_100n);
  });

  it('is no more for a cap that no model could reach', () => {
    expect(least({ maxCompletionTokens: 1e9 }, [target({}, { limits: { maxOutputTokens: 300 } })])).toBe(400n);
  });

  it('counts every answer that is asked for', () => {
    expect(least({ maxCompletionTokens: 50, choices: 128 })).toBe(100n + 128n * 50n);
  });

  it('counts the searches of the web that the provider may make', () => {
    const searching = target({ nanoUsdPerThousandWebSearches: '10000000' });
    const { least: narrow } = worstCost({ ...facts, maxCompletionTokens: 50, mostWebSearches: 3 }, [searching], LIMITS);
    expect(narrow).toBe(150n + 30_000n);
  });

  it('is that of the images that are asked for, where these have a price of their own', () => {
    const imagePrices = [
      { size: '1024x1792', price: buildPrice({ nanoUsdPerImage: '90', isWithoutTokenPrice: true }) },
    ];
    const drawing = target({ nanoUsdPerImage: '40', isWithoutTokenPrice: true }, { imagePrices });
    const asked = { operation: 'image_generation', choices: 2 } as const;
    const withImage = (size: string) => worstCost({ ...facts, ...asked, image: { size } }, [drawing], LIMITS).least;
    expect([withImage('1024x1024'), withImage('1024x1792')].map((cost) => cost - withImage('auto'))).toEqual([
      0n,
      100n,
    ]);
  });

  it('is that of the dearest target that may be reached', () => {
    expect(least({ maxCompletionTokens: 1 }, [target(), target({ inputNanoUsdPerMillion: '9000000' }), target()])).toBe(
      901n,
    );
  });

  it.each([
    [
      'images',
      { operation: 'image_generation', choices: 3, estimatedPromptTokens: 0 },
      { nanoUsdPerImage: '40' },
      120n,
    ],
    ['speech', { operation: 'speech', units: { characters: 10 } }, { nanoUsdPerMillionCharacters: '5000000' }, 50n],
    [
      'audio',
      { operation: 'transcription', units: { audioMilliseconds: 3_600_000 } },
      { nanoUsdPerHourOfAudio: '7' },
      7n,
    ],
    ['searches', { operation: 'rerank', units: { searches: 2 } }, { nanoUsdPerThousandSearches: '3000' }, 6n],
    ['the request itself', {}, { nanoUsdPerRequest: '11' }, 11n],
  ] as const)('counts %s', (_what, changes, price, nanoUsd) => {
    expect(least(changes, [target({ ...price, isWithoutTokenPrice: true })])).toBe(nanoUsd);
  });

  it('has room for speech that is far longer than its text lets expect', () => {
    const speaking = target({ nanoUsdPerHourOfAudio: '3600000', isWithoutTokenPrice: true });
    const asked = { ...facts, operation: 'speech', units: { characters: 10, audioMilliseconds: 1_500 } } as const;
    expect(worstCost(asked, [speaking], LIMITS)).toEqual({ least: 1_500n, most: 16_000n });
  });

  it('is nothing for what is free', () => {
    const free = target({ inputNanoUsdPerMillion: '0', outputNanoUsdPerMillion: '0' });
    expect(worstCost(facts, [free], LIMITS)).toEqual({ least: 0n, most: 0n });
    expect(worstCost({ ...facts, operation: 'count_tokens' }, [target()], LIMITS)).toEqual({ least: 0n, most: 0n });
  });

  it('follows how prompts of the model turned out of late, to the token', () => {
    const bounds = worstCost({ ...facts, maxCompletionTokens: 1 }, [target()], { ...LIMITS, promptRatio: 11 / 100 });
    expect(bounds.least).toBe(12n);
  });

  it('has room for both parts of a stream that may be gone on with', () => {
    const reach = [target({}, { mayBeRescued: true })];
    const whole = worstCost(facts, reach, LIMITS).most;
    expect(worstCost({ ...facts, stream: true }, reach, LIMITS).most).toBe(2n * whole);
  });

  it('is never less than what a request within its bounds costs, whatever the price', () => {
    const amount = fc.nat(9_000_000).map(String);
    const price = fc.record(
      {
        inputNanoUsdPerMillion: amount,
        outputNanoUsdPerMillion: amount,
        cachedInputNanoUsdPerMillion: amount,
        cacheWriteInputNanoUsdPerMillion: amount,
        audioInputNanoUsdPerMillion: amount,
        reasoningOutputNanoUsdPerMillion: amount,
        nanoUsdPerRequest: amount,
        tiers: fc.array(
          fc.record({
            abovePromptTokens: fc.integer({ min: 1, max: 400 }),
            inputNanoUsdPerMillion: amount,
            outputNanoUsdPerMillion: amount,
          }),
          { minLength: 1, maxLength: 3 },
        ),
      },
      { requiredKeys: ['inputNanoUsdPerMillion', 'outputNanoUsdPerMillion'] },
    );
    const usage = fc.record({
      promptTokens: fc.nat(200),
      completionTokens: fc.nat(50),
      cacheWritePromptTokens: fc.nat(200),
      audioPromptTokens: fc.nat(200),
      reasoningTokens: fc.nat(50),
    });
    fc.assert(
      fc.property(price, usage, (amounts, used: Usage) => {
        const full = buildPrice(amounts);
        // Cached tokens may be dearer than others in nobody's price list.
        const usual = { ...full, cachedInputNanoUsdPerMillion: full.inputNanoUsdPerMillion };
        const { most } = worstCost({ ...facts, maxCompletionTokens: 50 }, [target(usual)], LIMITS);
        // A lower tier at a shorter prompt may be dearer; a hold is by the dearest of those below it too.
        return costOf(used, usual) <= most;
      }),
      { numRuns: 2_000 },
    );
  });
});
