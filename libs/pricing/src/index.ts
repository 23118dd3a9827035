export { parseUsd, parseUsdPerMillion } from './parse-usd-per-million.js';
export { PriceFormatError } from './price-format.error.js';
export { priceVersionOf } from './price-version-of.js';
export type { TokenAmounts, TokenPrices, UnitAmountName } from './token-prices.js';
export { batchPricesOf } from './batch-prices.js';
export { costOf, costPartsOf } from './cost-of.js';
export type { Cost, CostPart } from './cost-of.js';
export { missingAmountFor, unpricedIn } from './unpriced-in.js';
export { formatUsd } from './format-usd.js';
