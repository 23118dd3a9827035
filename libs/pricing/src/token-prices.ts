import type { Price, PriceTier } from '#libs/contracts';

/** The amounts of a price without its version: nano-USD for one million tokens, or for other units, as decimal strings. */
export type TokenPrices = Omit<Price, 'version'>;

/** The amounts for tokens that apply to one call: those of a price, or of one of its tiers. */
export type TokenAmounts = Omit<PriceTier, 'abovePromptTokens'>;

/** The amounts for what is not paid by tokens, by their names. */
export type UnitAmountName = Extract<keyof Price, `nanoUsdPer${string}`>;
