import { PriceFormatError } from './price-format.error.js';

const NANO_DIGITS = 9;
const NANO_PER_USD = 10n ** BigInt(NANO_DIGITS);
const MAXIMUM_USD = 1_000_000n;
const DECIMAL = /^(\d{1,20})(?:\.(\d{1,30}))?$/;

/**
 * Reads a price as people write it, US dollars for one million tokens ("0.40", "15", "0.01875"), into nano-USD for one
 * million tokens, exactly. Only plain decimals: no sign, no exponent, no thousands separator, at most 9 decimals (finer
 * than a nano-dollar cannot be stored) and at most 1,000,000 USD. Throws `PriceFormatError` for anything else, since a
 * malformed price must never become zero.
 */
export function parseUsdPerMillion(text: string): bigint {
  return parseUsd(text, 'one million tokens');
}

/** The same for a price of other units: `unit` is what it is for, for the message of the error. */
export function parseUsd(text: string, unit: string): bigint {
  const match = DECIMAL.exec(text);
  if (!match) {
    throw new PriceFormatError(text, 'must be a plain non-negative decimal such as "0.40"');
  }
  const [, whole = '', decimals = ''] = match;
  if (decimals.length > NANO_DIGITS) {
    throw new PriceFormatError(text, `must have at most ${NANO_DIGITS} decimals`);
  }
  const nanoUsd = BigInt(whole) * NANO_PER_USD + BigInt(decimals.padEnd(NANO_DIGITS, '0'));
  if (nanoUsd > MAXIMUM_USD * NANO_PER_USD) {
    throw new PriceFormatError(text, `must be at most ${MAXIMUM_USD} USD for ${unit}`);
  }
  return nanoUsd;
}
