export { parseUsdPerMillion } from './parse-usd-per-million.js';
export { PriceFormatError } from './price-format.error.js';
export { priceVersionOf } from './price-version-of.js';
export type { TokenAmounts, TokenPrices } from './token-prices.js';
export { costOf, costPartsOf } from './cost-of.js';
export type { Cost, CostPart } from './cost-of.js';
export { formatUsd } from './format-usd.js';
