const MINUS = 0x2d;
const ZERO = 0x30;

/**
 * Whether an amount of nano-USD, as a decimal string, lies above a ceiling; where one of them is absent it does not. Exact for
 * any size, and without a bigint for the usual form of amounts, since it is asked of every target of a decision.
 */
export function isMoreThan(amount: string | undefined, ceiling: string | undefined): boolean {
  if (amount === undefined || ceiling === undefined) return false;
  if (!isPlain(amount) || !isPlain(ceiling)) return BigInt(amount) > BigInt(ceiling);
  return amount.length === ceiling.length ? amount > ceiling : amount.length > ceiling.length;
}

/** Neither negative nor with leading zeros, so that the longer one is the larger one. */
function isPlain(amount: string): boolean {
  if (amount.length === 1) return true;
  const first = amount.charCodeAt(0);
  return first !== MINUS && first !== ZERO;
}
