import type { Price, PriceTier } from '#libs/contracts';

/** The amounts of a price without its version: nano-USD for one million tokens, as decimal strings. */
export type TokenPrices = Omit<Price, 'version'>;

/** The amounts that apply to one call: those of a price, or of one of its tiers. */
export type TokenAmounts = Omit<PriceTier, 'abovePromptTokens'>;
