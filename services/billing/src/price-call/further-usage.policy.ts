import type { Usage } from '#libs/contracts';

/** Tokens without a column of their own. */
export const FURTHER_TOKENS = [
  'cacheWrite1hPromptTokens',
  'audioPromptTokens',
  'imagePromptTokens',
  'audioCompletionTokens',
  'imageCompletionTokens',
] as const satisfies readonly (keyof Usage)[];

/** What is not paid by tokens. */
export const UNITS = [
  'images',
  'audioMilliseconds',
  'characters',
  'searches',
  'webSearches',
] as const satisfies readonly (keyof Usage)[];

/** What usage reports sum up beside the columns of a charge. */
export const REPORTED = ['cacheWrite1hPromptTokens', ...UNITS] as const satisfies readonly (keyof Usage)[];

/** What of these a call used; undefined where it used none of them, as most calls. */
export function usedOf(usage: Partial<Usage>, names: readonly (keyof Usage)[]): Partial<Usage> | undefined {
  let used: Partial<Usage> | undefined;
  for (const name of names) {
    const count = usage[name];
    if (count) (used ??= {})[name] = count;
  }
  return used;
}

/** The sums of what these calls used. */
export function reportedSums(usages: readonly Usage[]): Partial<Usage> | undefined {
  const sums: Partial<Usage> = {};
  for (const usage of usages) {
    for (const name of REPORTED) {
      const count = usage[name];
      if (count) sums[name] = (sums[name] ?? 0) + count;
    }
  }
  return usedOf(sums, REPORTED);
}
