import { hash } from 'node:crypto';
import type { TokenPrices } from './token-prices.js';

const DIGEST_DIGITS = 16;

/**
 * The version of a price: `price_` and the first 16 hex digits of a SHA-256 over its content and whose price it is. Equal
 * prices of one target share it whenever and wherever they are compiled, so a charge names the exact amounts it was
 * computed from. Amounts are normalised first: "0400" and "400" are one price. Throws `SyntaxError` for an amount that is
 * not an integer.
 */
export function priceVersionOf(prices: TokenPrices, provider: string, model: string): string {
  const cached = prices.cachedInputNanoUsdPerMillion;
  const content = JSON.stringify([
    provider,
    model,
    BigInt(prices.inputNanoUsdPerMillion).toString(),
    cached === undefined ? null : BigInt(cached).toString(),
    BigInt(prices.outputNanoUsdPerMillion).toString(),
  ]);
  return `price_${hash('sha256', content, 'hex').slice(0, DIGEST_DIGITS)}`;
}
