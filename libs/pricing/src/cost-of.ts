import type { Usage } from '#libs/contracts';
import type { TokenPrices } from './token-prices.js';

const TOKENS_PER_PRICE = 1_000_000n;

/** What one call cost, in nano-USD. `totalNanoUsd` is the exact sum of the three parts. */
export interface Cost {
  readonly promptNanoUsd: bigint;
  readonly cachedPromptNanoUsd: bigint;
  readonly completionNanoUsd: bigint;
  readonly totalNanoUsd: bigint;
}

/**
 * What one call cost, part by part, in nano-USD. Prompt tokens that were not cached cost the input price, cached ones the
 * cached price or else the input price, completion tokens (reasoning included) the output price. Each part is
 * tokens × price ÷ 10⁶, rounded half to even, and only then summed, so that a bill can be recomputed part by part. A
 * provider that reports more cached tokens than prompt tokens is billed for no more than its prompt tokens. Throws
 * `RangeError` for a negative or fractional count.
 */
export function costPartsOf(usage: Usage, prices: TokenPrices): Cost {
  const promptTokens = tokens(usage.promptTokens);
  const cachedTokens = smaller(tokens(usage.cachedPromptTokens ?? 0), promptTokens);
  const cachedPrice = prices.cachedInputNanoUsdPerMillion ?? prices.inputNanoUsdPerMillion;
  const promptNanoUsd = partOf(promptTokens - cachedTokens, prices.inputNanoUsdPerMillion);
  const cachedPromptNanoUsd = partOf(cachedTokens, cachedPrice);
  const completionNanoUsd = partOf(tokens(usage.completionTokens), prices.outputNanoUsdPerMillion);
  const totalNanoUsd = promptNanoUsd + cachedPromptNanoUsd + completionNanoUsd;
  return { promptNanoUsd, cachedPromptNanoUsd, completionNanoUsd, totalNanoUsd };
}

/** The total of `costPartsOf`, in nano-USD. */
export function costOf(usage: Usage, prices: TokenPrices): bigint {
  return costPartsOf(usage, prices).totalNanoUsd;
}

function partOf(count: bigint, nanoUsdPerMillion: string): bigint {
  if (count === 0n) {
    return 0n;
  }
  const product = count * BigInt(nanoUsdPerMillion);
  const quotient = product / TOKENS_PER_PRICE;
  const twiceRest = (product % TOKENS_PER_PRICE) * 2n;
  const isUp = twiceRest > TOKENS_PER_PRICE || (twiceRest === TOKENS_PER_PRICE && quotient % 2n === 1n);
  return isUp ? quotient + 1n : quotient;
}

function tokens(count: number): bigint {
  if (count < 0) {
    throw new RangeError(`A call cannot have used ${count} tokens; the provider's usage is wrong.`);
  }
  return BigInt(count);
}

const smaller = (left: bigint, right: bigint): bigint => (left < right ? left : right);
