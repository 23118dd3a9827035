const SHIFT = 6;
/** Amounts finer than a nano-dollar cannot be charged. */
const MOST_DECIMALS = 9;

/**
 * A price for one token as a price for a million, in exact decimals: the digits as they were written, the point moved. Undefined
 * for what is no such number, or is finer than a nano-dollar for a million.
 */
export function perMillion(perToken: number | string): string | undefined {
  const [, whole, decimals = '', exponent = '0'] =
    /^(\d+)(?:\.(\d*))?(?:e([+-]?\d{1,3}))?$/i.exec(String(perToken)) ?? [];
  if (whole === undefined) return undefined;
  const digits = whole + decimals;
  const point = whole.length + Number(exponent) + SHIFT;
  const padded = digits.padStart(digits.length + Math.max(0, 1 - point), '0').padEnd(point, '0');
  const cut = Math.max(point, 1);
  const left = padded.slice(0, cut).replace(/^0+(?=\d)/, '');
  const right = padded.slice(cut).replace(/0+$/, '');
  if (right.length > MOST_DECIMALS) return undefined;
  return right === '' ? left : `${left}.${right}`;
}
