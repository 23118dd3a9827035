import type { Operation, Usage } from '#libs/contracts';
import { PRICED_UNITS, type PricedUnit } from './priced-units.js';
import type { TokenPrices } from './token-prices.js';

/** What operations other than text may be sold by, the usual unit first. */
const UNITS_OF_OPERATION: ReadonlyMap<Operation, readonly PricedUnit['kind'][]> = new Map([
  ['image_generation', ['images']],
  ['speech', ['characters', 'audioMilliseconds']],
  ['transcription', ['audioMilliseconds']],
  ['rerank', ['searches']],
]);

/** Operations whose answers never tell tokens, so that amounts for these do not help. */
const WITHOUT_TOKENS: ReadonlySet<Operation> = new Set(['speech']);

/** What the provider does beside its answer: charged for itself, whatever else is. */
const BESIDE: ReadonlySet<PricedUnit['kind']> = new Set(['webSearches']);

/**
 * The field of switchyard.yaml without which a call of this operation cannot be charged at this price, whatever the provider
 * tells; undefined where it can be. Counting tokens costs nothing, and neither does anything at a price of zeros.
 */
export function missingAmountFor(operation: Operation, prices: TokenPrices): string | undefined {
  const arePaidByTokens = prices.isWithoutTokenPrice !== true && !WITHOUT_TOKENS.has(operation);
  if (arePaidByTokens || operation === 'count_tokens') return undefined;
  const units = (UNITS_OF_OPERATION.get(operation) ?? []).flatMap((kind) =>
    PRICED_UNITS.filter((candidate) => candidate.kind === kind),
  );
  const isPriced = prices.nanoUsdPerRequest !== undefined || units.some(({ amount }) => prices[amount] !== undefined);
  if (isPriced || isFree(prices)) return undefined;
  return units[0]?.field ?? 'inputPerMillion';
}

/**
 * What a call used that its price has no amount for, and that nothing else of the price pays for either: one sentence each, for
 * the record of an attempt. Such a call is charged for the rest of what it used only.
 */
export function unpricedIn(usage: Usage, prices: TokenPrices): string[] {
  const used = PRICED_UNITS.filter(({ kind }) => kind !== 'requests' && (usage[kind] ?? 0) > 0);
  // As with nearly every call.
  if ((used.length === 0 && prices.isWithoutTokenPrice !== true) || isFree(prices)) return [];
  const isPriced = ({ amount }: PricedUnit): boolean => prices[amount] !== undefined;
  const tokens = usage.promptTokens + usage.completionTokens;
  const isPaidFor =
    (usage.requests ?? 1) === 0 ||
    prices.nanoUsdPerRequest !== undefined ||
    (tokens > 0 && prices.isWithoutTokenPrice !== true) ||
    used.some((unit) => !BESIDE.has(unit.kind) && isPriced(unit));
  const unpriced = used.filter((unit) => !isPriced(unit) && (BESIDE.has(unit.kind) || !isPaidFor));
  const sentences = unpriced.map(({ kind, words, field }) => sentence(usage[kind] ?? 0, words, field));
  const areTokensUnpriced = tokens > 0 && !isPaidFor;
  return areTokensUnpriced ? [...sentences, sentence(tokens, 'tokens', 'inputPerMillion')] : sentences;
}

/** Zeros for tokens and nothing else say that a model costs nothing. */
function isFree(prices: TokenPrices): boolean {
  return (
    prices.isWithoutTokenPrice !== true &&
    [prices, ...(prices.tiers ?? [])].every(
      (amounts) => BigInt(amounts.inputNanoUsdPerMillion) === 0n && BigInt(amounts.outputNanoUsdPerMillion) === 0n,
    ) &&
    PRICED_UNITS.every(({ amount }) => prices[amount] === undefined)
  );
}

function sentence(count: number, words: string, field: string): string {
  return `Not charged: ${count} ${words}, for which the target has no price; add '${field}' to it.`;
}
