import type { TokenAmounts, TokenPrices } from './token-prices.js';

const TEN_THOUSAND = 10_000n;
const DISCOUNT = /^0\.(\d{1,4})$/;

/**
 * The prices of calls that go through a provider's own batch interface, which takes a share off its amounts for tokens, those of
 * tiers included. Amounts for other units (searches, images, requests) stay, since providers take nothing off them. `discount`
 * is that share as decimal text over 0 and under 1, with at most four decimals ("0.5" is half price). Each amount is rounded
 * half to even to a nano-dollar for a million tokens; one above zero never becomes zero. Throws `RangeError` for another text,
 * since a malformed discount must not make a call free.
 */
export function batchPricesOf(prices: TokenPrices, discount: string): TokenPrices {
  const left = TEN_THOUSAND - shareOf(discount);
  const { tiers, ...rest } = prices;
  return {
    ...lowered(rest, left),
    ...(tiers ? { tiers: tiers.map((tier) => lowered(tier, left)) } : {}),
  };
}

function shareOf(discount: string): bigint {
  const share = BigInt(DISCOUNT.exec(discount)?.[1]?.padEnd(4, '0') ?? 0);
  if (share === 0n) throw new RangeError(`A batch discount must be a share such as "0.5", which "${discount}" is not.`);
  return share;
}

function lowered<Prices extends TokenAmounts>(prices: Prices, left: bigint): Prices {
  const entries = Object.entries(prices).map(([field, amount]) =>
    field.endsWith('NanoUsdPerMillion') ? [field, lower(BigInt(amount), left).toString()] : [field, amount],
  );
  return Object.fromEntries(entries) as Prices;
}

function lower(amount: bigint, left: bigint): bigint {
  const product = amount * left;
  const quotient = product / TEN_THOUSAND;
  const twiceRest = (product % TEN_THOUSAND) * 2n;
  const isUp = twiceRest > TEN_THOUSAND || (twiceRest === TEN_THOUSAND && quotient % 2n === 1n);
  const rounded = isUp ? quotient + 1n : quotient;
  return rounded === 0n && amount > 0n ? 1n : rounded;
}
