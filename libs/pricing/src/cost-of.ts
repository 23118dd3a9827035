import type { Usage } from '#libs/contracts';
import type { TokenAmounts, TokenPrices } from './token-prices.js';
import { PRICED_UNITS } from './priced-units.js';

const TOKENS_PER_PRICE = 1_000_000n;

/**
 * A part of a call's cost: so much of one kind at one amount of nano-USD for `per` of it. `promptTokens` and `completionTokens`
 * are what is left of each.
 */
export interface CostPart {
  readonly kind: keyof Usage;
  readonly quantity: bigint;
  readonly amountNanoUsd: string;
  readonly per: bigint;
  readonly nanoUsd: bigint;
}

/** What one call cost, in nano-USD. `totalNanoUsd` is the exact sum of the parts. */
export interface Cost {
  readonly parts: readonly CostPart[];
  readonly totalNanoUsd: bigint;
}

type KindWithPrice = readonly [kind: keyof Usage, quantity: bigint, price: string | undefined];

/**
 * What one call cost, part by part, in nano-USD. Its amounts for tokens are those of the price, or of the tier with the highest
 * threshold that the prompt exceeds. Tokens of a kind with a price of its own (read from or written to a cache, audio, images,
 * reasoning) make a part; all others of the prompt cost the input price, all others of the completion the output price. Units of
 * other kinds (the request itself, images, audio, characters, searches) make a part each where the price has an amount for them;
 * `unpricedIn` tells those it has none for. Each part is quantity × amount ÷ units per amount, rounded half to even, and only
 * then summed, so that a bill can be recomputed part by part. A provider that reports more tokens of a kind than the whole holds
 * is billed for no more than the whole, the kinds in the order above. Where no tier is cheaper than what is below it, more tokens
 * never cost less. Throws `RangeError` for a negative or fractional count.
 */
export function costPartsOf(usage: Usage, prices: TokenPrices): Cost {
  const parts = [
    ...(prices.isWithoutTokenPrice === true ? [] : tokenParts(usage, prices)),
    ...unitParts(usage, prices),
  ];
  return { parts, totalNanoUsd: parts.reduce((sum, { nanoUsd }) => sum + nanoUsd, 0n) };
}

/** The total of `costPartsOf`, in nano-USD. */
export function costOf(usage: Usage, prices: TokenPrices): bigint {
  return costPartsOf(usage, prices).totalNanoUsd;
}

function tokenParts(usage: Usage, prices: TokenPrices): CostPart[] {
  const amounts = amountsFor(usage.promptTokens, prices);
  return [
    ...partsOf(usage, ['promptTokens', amounts.inputNanoUsdPerMillion], promptKinds(usage, amounts)),
    ...partsOf(usage, ['completionTokens', amounts.outputNanoUsdPerMillion], completionKinds(usage, amounts)),
  ];
}

function amountsFor(promptTokens: number, { tiers, ...amounts }: TokenPrices): TokenAmounts {
  let reached: { abovePromptTokens: number } & TokenAmounts = { abovePromptTokens: -1, ...amounts };
  for (const tier of tiers ?? []) {
    if (promptTokens > tier.abovePromptTokens && tier.abovePromptTokens > reached.abovePromptTokens) reached = tier;
  }
  return reached;
}

/** Tokens read from a cache are always a part of their own, so that bills from before there were other kinds stay exact. */
function promptKinds(usage: Usage, amounts: TokenAmounts): readonly KindWithPrice[] {
  const written = counted(usage.cacheWritePromptTokens);
  const hourPrice = amounts.cacheWrite1hInputNanoUsdPerMillion;
  const forAnHour = hourPrice === undefined ? 0n : smaller(counted(usage.cacheWrite1hPromptTokens), written);
  return [
    [
      'cachedPromptTokens',
      counted(usage.cachedPromptTokens),
      amounts.cachedInputNanoUsdPerMillion ?? amounts.inputNanoUsdPerMillion,
    ],
    ['cacheWrite1hPromptTokens', forAnHour, hourPrice],
    ['cacheWritePromptTokens', written - forAnHour, amounts.cacheWriteInputNanoUsdPerMillion],
    ['audioPromptTokens', counted(usage.audioPromptTokens), amounts.audioInputNanoUsdPerMillion],
    ['imagePromptTokens', counted(usage.imagePromptTokens), amounts.imageInputNanoUsdPerMillion],
  ];
}

function completionKinds(usage: Usage, amounts: TokenAmounts): readonly KindWithPrice[] {
  return [
    ['reasoningTokens', counted(usage.reasoningTokens), amounts.reasoningOutputNanoUsdPerMillion],
    ['audioCompletionTokens', counted(usage.audioCompletionTokens), amounts.audioOutputNanoUsdPerMillion],
    ['imageCompletionTokens', counted(usage.imageCompletionTokens), amounts.imageOutputNanoUsdPerMillion],
  ];
}

function partsOf(
  usage: Usage,
  [whole, wholePrice]: readonly ['promptTokens' | 'completionTokens', string],
  kinds: readonly KindWithPrice[],
): CostPart[] {
  let rest = counted(usage[whole]);
  const parts: CostPart[] = [];
  for (const [kind, quantity, price] of kinds) {
    const count = smaller(quantity, rest);
    if (price === undefined || count === 0n) continue;
    rest -= count;
    parts.push(part(kind, count, [price, TOKENS_PER_PRICE]));
  }
  return rest > 0n ? [part(whole, rest, [wholePrice, TOKENS_PER_PRICE]), ...parts] : parts;
}

function unitParts(usage: Usage, prices: TokenPrices): CostPart[] {
  return PRICED_UNITS.flatMap(({ kind, amount, per }) => {
    const price = prices[amount];
    const quantity = counted(usage[kind] ?? (kind === 'requests' ? 1 : 0));
    return price === undefined || quantity === 0n ? [] : [part(kind, quantity, [price, per])];
  });
}

function part(kind: keyof Usage, quantity: bigint, [amountNanoUsd, per]: readonly [string, bigint]): CostPart {
  const product = quantity * BigInt(amountNanoUsd);
  const quotient = product / per;
  const twiceRest = (product % per) * 2n;
  const isUp = twiceRest > per || (twiceRest === per && quotient % 2n === 1n);
  return { kind, quantity, amountNanoUsd, per, nanoUsd: isUp ? quotient + 1n : quotient };
}

function counted(count = 0): bigint {
  if (count < 0) {
    throw new RangeError(`A call cannot have used ${count} of anything; the provider's usage is wrong.`);
  }
  return BigInt(count);
}

const smaller = (left: bigint, right: bigint): bigint => (left < right ? left : right);
