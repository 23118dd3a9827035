import type { Price, PriceTier } from '#libs/contracts';

/** What a million tokens cost a call whose prompt is longer than so many tokens, in nano-USD. */
export interface TokenNumbers {
  readonly abovePromptTokens: number;
  readonly input: number;
  readonly output: number;
  /** The amounts that they were read from, where it must be exact. */
  readonly amounts: Price | PriceTier;
}

/** A price as plain numbers: to read its texts for every candidate would take a third of a decision. */
export interface PriceNumbers {
  /** The highest tier first, the usual amounts last. */
  readonly tokens: readonly [TokenNumbers, ...TokenNumbers[]];
  readonly perRequest: number | undefined;
}

/** Reads a price once. */
export function priceNumbersOf(price: Price): PriceNumbers {
  const tiers = (price.tiers ?? []).map((tier) => tokenNumbersOf(tier, tier.abovePromptTokens));
  const [highest, ...others] = tiers.toSorted((left, right) => right.abovePromptTokens - left.abovePromptTokens);
  const usual = tokenNumbersOf(price, -1);
  return {
    tokens: highest === undefined ? [usual] : [highest, ...others, usual],
    perRequest: price.nanoUsdPerRequest === undefined ? undefined : Number(price.nanoUsdPerRequest),
  };
}

/** What tokens cost a call with a prompt of this length: by the highest tier that it exceeds, or as usual. */
export function tokensAt(promptTokens: number, { tokens }: PriceNumbers): TokenNumbers {
  const [first] = tokens;
  // As with nearly every price.
  if (tokens.length === 1) return first;
  return tokens.find(({ abovePromptTokens }) => promptTokens > abovePromptTokens) ?? first;
}

function tokenNumbersOf(amounts: Price | PriceTier, abovePromptTokens: number): TokenNumbers {
  return {
    abovePromptTokens,
    input: Number(amounts.inputNanoUsdPerMillion),
    output: Number(amounts.outputNanoUsdPerMillion),
    amounts,
  };
}
