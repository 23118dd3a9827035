import type { Usage } from '#libs/contracts';

/** More tokens than any model could use in one call; a larger count is a provider's mistake, not a bill. */
const MOST_TOKENS = 100_000_000;

/** A count of tokens as a provider told it; undefined for one that cannot be true, so that nobody is billed by it. */
export function readTokenCount(value: unknown): number | undefined {
  const isCount = typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= MOST_TOKENS;
  return isCount ? value : undefined;
}

/** A part of a count of tokens, where a provider told one; never more than the whole, and absent where there is none. */
export function readTokenPart(name: keyof Usage, value: unknown, whole: number): Partial<Usage> {
  const count = Math.min(readTokenCount(value) ?? 0, whole);
  return count > 0 ? { [name]: count } : {};
}
