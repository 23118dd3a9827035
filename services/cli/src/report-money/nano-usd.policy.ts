const NANO_DIGITS = 9;

/** An amount of nano-USD as exact US dollars with their sign: "1500000000" is "$1.5". */
export function dollars(nanoUsd: bigint): string {
  return `$${usd(nanoUsd)}`;
}

/** The same as a number alone. */
export function usd(nanoUsd: bigint): string {
  const digits = (nanoUsd < 0n ? -nanoUsd : nanoUsd).toString().padStart(NANO_DIGITS + 1, '0');
  const decimals = digits.slice(-NANO_DIGITS).replace(/0+$/, '');
  const whole = digits.slice(0, -NANO_DIGITS);
  return `${nanoUsd < 0n ? '-' : ''}${whole}${decimals === '' ? '' : `.${decimals}`}`;
}
