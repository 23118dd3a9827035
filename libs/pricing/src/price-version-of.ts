import { hash } from 'node:crypto';
import type { TokenAmounts, TokenPrices, UnitAmountName } from './token-prices.js';

const DIGEST_DIGITS = 16;

/** Amounts that came after the first versions were made: in the digest only where a price has them. */
const LATER_AMOUNTS = [
  'cacheWriteInputNanoUsdPerMillion',
  'cacheWrite1hInputNanoUsdPerMillion',
  'audioInputNanoUsdPerMillion',
  'imageInputNanoUsdPerMillion',
  'reasoningOutputNanoUsdPerMillion',
  'audioOutputNanoUsdPerMillion',
  'imageOutputNanoUsdPerMillion',
] as const satisfies readonly (keyof TokenAmounts)[];

/** As above: none of them is in the digest of a price that is by tokens only. */
const UNIT_AMOUNTS = [
  'nanoUsdPerRequest',
  'nanoUsdPerImage',
  'nanoUsdPerHourOfAudio',
  'nanoUsdPerMillionCharacters',
  'nanoUsdPerThousandSearches',
  'nanoUsdPerThousandWebSearches',
] as const satisfies readonly UnitAmountName[];

/**
 * The version of a price: `price_` and the first 16 hex digits of a SHA-256 over its content and whose price it is. Equal
 * prices of one target share it whenever and wherever they are compiled, so a charge names the exact amounts it was
 * computed from. Amounts are normalised first: "0400" and "400" are one price, and so are tiers in any order. Throws
 * `SyntaxError` for an amount that is not an integer.
 */
export function priceVersionOf(prices: TokenPrices, provider: string, model: string): string {
  const tiers = (prices.tiers ?? [])
    .toSorted((left, right) => left.abovePromptTokens - right.abovePromptTokens)
    .map((tier) => [tier.abovePromptTokens, ...contentOf(tier)]);
  const units = namedAmounts(prices, UNIT_AMOUNTS);
  const content = JSON.stringify([
    provider,
    model,
    ...contentOf(prices),
    ...(tiers.length === 0 ? [] : [{ tiers }]),
    ...(units.length === 0 ? [] : [{ units }]),
    ...(prices.isWithoutTokenPrice === true ? ['isWithoutTokenPrice'] : []),
  ]);
  return `price_${hash('sha256', content, 'hex').slice(0, DIGEST_DIGITS)}`;
}

function contentOf(amounts: TokenAmounts): unknown[] {
  const cached = amounts.cachedInputNanoUsdPerMillion;
  return [
    BigInt(amounts.inputNanoUsdPerMillion).toString(),
    cached === undefined ? null : BigInt(cached).toString(),
    BigInt(amounts.outputNanoUsdPerMillion).toString(),
    ...namedAmounts(amounts, LATER_AMOUNTS),
  ];
}

function namedAmounts<Name extends string>(
  amounts: Readonly<Partial<Record<Name, string | undefined>>>,
  names: readonly Name[],
): [Name, string][] {
  return names.flatMap((name) => {
    const amount: string | undefined = amounts[name];
    return amount === undefined ? [] : [[name, BigInt(amount).toString()] satisfies [Name, string]];
  });
}
