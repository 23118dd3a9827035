import type { Usage } from '#libs/contracts';
import type { TokenAmounts, TokenPrices } from './token-prices.js';

const TOKENS_PER_PRICE = 1_000_000n;

/** A part of a call's cost: tokens of one kind at one price. `promptTokens` and `completionTokens` are what is left of each. */
export interface CostPart {
  readonly kind: keyof Usage;
  readonly tokens: bigint;
  readonly nanoUsdPerMillion: string;
  readonly nanoUsd: bigint;
}

/** What one call cost, in nano-USD. `totalNanoUsd` is the exact sum of the parts. */
export interface Cost {
  readonly parts: readonly CostPart[];
  readonly totalNanoUsd: bigint;
}

type KindWithPrice = readonly [kind: keyof Usage, price: string | undefined];

/**
 * What one call cost, part by part, in nano-USD. Its amounts are those of the price, or of the tier with the highest
 * threshold that the prompt exceeds. Tokens of a kind with a price of its own (read from or written to a cache, audio, images,
 * reasoning) make a part; all others of the prompt cost the input price, all others of the completion the output price. Each
 * part is tokens × price ÷ 10⁶, rounded half to even, and only then summed, so that a bill can be recomputed part by part. A
 * provider that reports more tokens of a kind than the whole holds is billed for no more than the whole, the kinds in the
 * order above. Where no tier is cheaper than what is below it, more tokens never cost less. Throws `RangeError` for a negative
 * or fractional count.
 */
export function costPartsOf(usage: Usage, prices: TokenPrices): Cost {
  const amounts = amountsFor(usage.promptTokens, prices);
  const parts = [
    ...partsOf(usage, ['promptTokens', amounts.inputNanoUsdPerMillion], promptKinds(amounts)),
    ...partsOf(usage, ['completionTokens', amounts.outputNanoUsdPerMillion], completionKinds(amounts)),
  ];
  return { parts, totalNanoUsd: parts.reduce((sum, { nanoUsd }) => sum + nanoUsd, 0n) };
}

/** The total of `costPartsOf`, in nano-USD. */
export function costOf(usage: Usage, prices: TokenPrices): bigint {
  return costPartsOf(usage, prices).totalNanoUsd;
}

function amountsFor(promptTokens: number, { tiers, ...amounts }: TokenPrices): TokenAmounts {
  let reached: { abovePromptTokens: number } & TokenAmounts = { abovePromptTokens: -1, ...amounts };
  for (const tier of tiers ?? []) {
    if (promptTokens > tier.abovePromptTokens && tier.abovePromptTokens > reached.abovePromptTokens) reached = tier;
  }
  return reached;
}

/** Tokens read from a cache are always a part of their own, so that bills from before there were other kinds stay exact. */
function promptKinds(amounts: TokenAmounts): readonly KindWithPrice[] {
  return [
    ['cachedPromptTokens', amounts.cachedInputNanoUsdPerMillion ?? amounts.inputNanoUsdPerMillion],
    ['cacheWritePromptTokens', amounts.cacheWriteInputNanoUsdPerMillion],
    ['audioPromptTokens', amounts.audioInputNanoUsdPerMillion],
    ['imagePromptTokens', amounts.imageInputNanoUsdPerMillion],
  ];
}

function completionKinds(amounts: TokenAmounts): readonly KindWithPrice[] {
  return [
    ['reasoningTokens', amounts.reasoningOutputNanoUsdPerMillion],
    ['audioCompletionTokens', amounts.audioOutputNanoUsdPerMillion],
    ['imageCompletionTokens', amounts.imageOutputNanoUsdPerMillion],
  ];
}

function partsOf(
  usage: Usage,
  [whole, wholePrice]: readonly [keyof Usage, string],
  kinds: readonly KindWithPrice[],
): CostPart[] {
  let rest = tokens(usage[whole] ?? 0);
  const parts: CostPart[] = [];
  for (const [kind, price] of kinds) {
    const count = smaller(tokens(usage[kind] ?? 0), rest);
    if (price === undefined || count === 0n) continue;
    rest -= count;
    parts.push(part(kind, count, price));
  }
  return rest > 0n ? [part(whole, rest, wholePrice), ...parts] : parts;
}

function part(kind: keyof Usage, count: bigint, nanoUsdPerMillion: string): CostPart {
  const product = count * BigInt(nanoUsdPerMillion);
  const quotient = product / TOKENS_PER_PRICE;
  const twiceRest = (product % TOKENS_PER_PRICE) * 2n;
  const isUp = twiceRest > TOKENS_PER_PRICE || (twiceRest === TOKENS_PER_PRICE && quotient % 2n === 1n);
  return { kind, tokens: count, nanoUsdPerMillion, nanoUsd: isUp ? quotient + 1n : quotient };
}

function tokens(count: number): bigint {
  if (count < 0) {
    throw new RangeError(`A call cannot have used ${count} tokens; the provider's usage is wrong.`);
  }
  return BigInt(count);
}

const smaller = (left: bigint, right: bigint): bigint => (left < right ? left : right);
