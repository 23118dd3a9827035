import type { Price } from '#libs/contracts';

/** The amounts of a price without its version: nano-USD for one million tokens, as decimal strings. */
export type TokenPrices = Omit<Price, 'version'>;
