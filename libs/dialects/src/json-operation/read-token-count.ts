/** More tokens than any model could use in one call; a larger count is a provider's mistake, not a bill. */
const MOST_TOKENS = 100_000_000;

/** A count of tokens as a provider told it; undefined for one that cannot be true, so that nobody is billed by it. */
export function readTokenCount(value: unknown): number | undefined {
  const isCount = typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= MOST_TOKENS;
  return isCount ? value : undefined;
}
