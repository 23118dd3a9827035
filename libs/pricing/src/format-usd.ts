const NANO_DIGITS = 9;

/**
 * Writes nano-USD as an exact decimal number of US dollars, without trailing zeros: 1_500_000_000n is "1.5", 18n is
 * "0.000000018", 0n is "0".
 */
export function formatUsd(nanoUsd: bigint): string {
  const sign = nanoUsd < 0n ? '-' : '';
  const digits = (nanoUsd < 0n ? -nanoUsd : nanoUsd).toString().padStart(NANO_DIGITS + 1, '0');
  const whole = digits.slice(0, -NANO_DIGITS);
  const decimals = digits.slice(-NANO_DIGITS).replace(/0+$/, '');
  return decimals === '' ? `${sign}${whole}` : `${sign}${whole}.${decimals}`;
}
