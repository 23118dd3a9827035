import { describe, expect, it } from '@jest/globals';
import type { Usage } from '#libs/contracts';
import { costPartsOf } from './cost-of.js';
import { parseUsdPerMillion } from './parse-usd-per-million.js';
import type { TokenPrices } from './token-prices.js';

const CASES = 1_000_000;
const SEED = 20_260_101;

/** A generator of its own, so that a failure can be repeated: Mulberry32. */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Prices as providers publish them, the awkward ones among them. */
const PUBLISHED = [
  '0.01875',
  '0.0375',
  '0.075',
  '0.15',
  '0.1',
  '0.4',
  '1.25',
  '2.5',
  '3',
  '15',
  '75',
  '0.000001',
  '0',
].map((usd) => parseUsdPerMillion(usd).toString());

describe('a million costs of random tokens at random prices', () => {
  it(`are whole nano-dollars, each part rounded once to the nearest and the total their sum (seed ${SEED})`, () => {
    const next = numbersFrom(SEED);
    const amount = (): string => (next(3) === 0 ? String(next(2 ** 31)) : (PUBLISHED[next(PUBLISHED.length)] ?? '0'));
    const prices = Array.from({ length: 2_000 }, (): TokenPrices => {
      const of = () => ({
        inputNanoUsdPerMillion: amount(),
        outputNanoUsdPerMillion: amount(),
        ...(next(2) === 0 ? { cachedInputNanoUsdPerMillion: amount() } : {}),
        ...(next(4) === 0 ? { cacheWriteInputNanoUsdPerMillion: amount() } : {}),
        ...(next(4) === 0 ? { reasoningOutputNanoUsdPerMillion: amount() } : {}),
      });
      return { ...of(), ...(next(3) === 0 ? { tiers: [{ abovePromptTokens: next(300_000), ...of() }] } : {}) };
    });
    let wrong = 0;
    for (let index = 0; index < CASES; index++) {
      const usage: Usage = {
        promptTokens: next(1_000_000),
        completionTokens: next(200_000),
        cachedPromptTokens: next(600_000),
        cacheWritePromptTokens: next(100_000),
        reasoningTokens: next(100_000),
      };
      const { parts, totalNanoUsd } = costPartsOf(usage, prices[index % prices.length] as TokenPrices);
      let sum = 0n;
      let tokens = 0n;
      for (const { quantity, amountNanoUsd, per, nanoUsd } of parts) {
        const twiceOff = 2n * (nanoUsd * per - quantity * BigInt(amountNanoUsd));
        const isHalf = twiceOff === per || twiceOff === -per;
        if (twiceOff > per || twiceOff < -per || (isHalf && nanoUsd % 2n !== 0n) || nanoUsd < 0n) wrong++;
        sum += nanoUsd;
        tokens += quantity;
      }
      if (sum !== totalNanoUsd || tokens !== BigInt(usage.promptTokens + usage.completionTokens)) wrong++;
    }
    expect(wrong).toBe(0);
  }, 120_000);
});
