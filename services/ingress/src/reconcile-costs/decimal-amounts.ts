const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d{1,3}))?$/i;
const LONGEST = 60;

/**
 * A decimal number as providers write amounts ("0.0600000", 6e-7), times ten to the power of `digits`, rounded half up to a whole
 * number. Undefined for anything else, and for what is below zero: credits of a provider are no usage.
 */
export function scaledDecimal(text: string, digits: number): bigint | undefined {
  const match = text.length <= LONGEST ? DECIMAL.exec(text.trim()) : null;
  if (!match) return undefined;
  const [, sign, whole = '', decimals = '', exponent = '0'] = match;
  const shift = digits + Number(exponent) - decimals.length;
  const all = BigInt(whole + decimals);
  if (sign === '-') return all === 0n ? 0n : undefined;
  if (shift > LONGEST || shift < -LONGEST * 2) return undefined;
  if (shift >= 0) return all * 10n ** BigInt(shift);
  const divisor = 10n ** BigInt(-shift);
  return (all * 2n + divisor) / (divisor * 2n);
}

/** A count as providers write it, "10" or "10.0". */
export function wholeCount(text: string): bigint | undefined {
  return /^\d{1,18}(\.0+)?$/.test(text.trim()) ? BigInt(text.trim().replace(/\.0+$/, '')) : undefined;
}
