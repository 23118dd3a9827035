import { calcPrice, type ConditionalPrice, type MatchLogic, type ModelPrice } from '@pydantic/genai-prices';
import { soldBy } from './sold-by.js';
import { canStandAlone, publishedUnits } from './published-units.js';
import { parseUsdPerMillion, type TokenAmounts, type TokenPrices } from '#libs/pricing';

/** What a vendor's published price list says of a model. */
export interface PublishedModel {
  readonly prices?: TokenPrices;
  readonly contextWindow?: number;
}

/** Where the amounts stand in the list: US dollars for a million tokens. */
const LIST_FIELDS = {
  inputNanoUsdPerMillion: 'input_mtok',
  cachedInputNanoUsdPerMillion: 'cache_read_mtok',
  cacheWriteInputNanoUsdPerMillion: 'cache_write_mtok',
  cacheWrite1hInputNanoUsdPerMillion: 'cache_write_1h_mtok',
  audioInputNanoUsdPerMillion: 'input_audio_mtok',
  imageInputNanoUsdPerMillion: 'input_image_mtok',
  outputNanoUsdPerMillion: 'output_mtok',
  reasoningOutputNanoUsdPerMillion: 'output_reasoning_mtok',
  audioOutputNanoUsdPerMillion: 'output_audio_mtok',
  imageOutputNanoUsdPerMillion: 'output_image_mtok',
} as const satisfies Record<keyof TokenAmounts, string>;

/** Charges for what is not counted here. A model that has one cannot be priced. */
const UNCOUNTED = [
  'input_text_messages_kcount',
  'output_audio_hours',
  'code_executions_kcount',
  'social_searches_kcount',
  'input_document_kpages',
  'input_annotated_document_kpages',
  'output_citation_mtok',
];
/** Models that answer with numbers, so that a list without an output price has not forgotten it. */
const WITHOUT_OUTPUT = /embed|rerank|voyage/;
const NEXT_VERSION = /^[-.]\d{1,2}(?:\D|$)/;

/**
 * Looks a model up in the price list that the package `@pydantic/genai-prices` carries, as of `date` (YYYY-MM-DD, UTC); nothing
 * is fetched. Prices by the time of the day become the day's dearest, since a version of a price has no clock. There are no
 * prices for a model that is charged by anything that is not counted here, nor where the list says that it costs nothing.
 */
export function publishedModel(priceList: string, model: string, date: string): PublishedModel {
  const found = calcPrice({}, model, { providerId: priceList })?.model;
  if (!found || isSuccessor(model.toLowerCase(), found.match)) return {};
  const prices = pricesOf(Array.isArray(found.prices) ? priceAt(found.prices, date) : found.prices, found.id);
  return {
    ...(prices ? { prices } : {}),
    ...(found.context_window === undefined ? {} : { contextWindow: found.context_window }),
  };
}

/** Lists match by how names begin, so that `…-5` also takes in the later `…-5-5`, whose price is another. */
function isSuccessor(name: string, match: MatchLogic): boolean {
  const parts = partsOf(match).filter((part) => name.includes(part));
  const isNext = (part: string): boolean => NEXT_VERSION.test(name.slice(name.indexOf(part) + part.length));
  return parts.length > 0 && parts.every(isNext);
}

function partsOf(match: MatchLogic): string[] {
  if ('or' in match) return match.or.flatMap(partsOf);
  if ('and' in match) return match.and.flatMap(partsOf);
  if ('starts_with' in match) return [match.starts_with];
  return 'contains' in match ? [match.contains] : [];
}

function priceAt(conditional: readonly ConditionalPrice[], date: string): ModelPrice {
  const standing = conditional.filter(
    ({ constraint }) => !constraint || ('start_date' in constraint && constraint.start_date <= date),
  );
  const byTime = conditional.filter(({ constraint }) => constraint?.type === 'time_of_date');
  const candidates = [standing.at(-1), ...byTime].flatMap((entry) => (entry ? [entry.prices] : []));
  return candidates.toSorted((left, right) => sizeOf(right) - sizeOf(left))[0] ?? {};
}

function sizeOf(price: ModelPrice): number {
  return baseOf(price['input_mtok']) + baseOf(price['output_mtok']);
}

function baseOf(amount: ModelPrice[string]): number {
  return (typeof amount === 'object' ? amount.base : amount) ?? 0;
}

function pricesOf(price: ModelPrice, id: string): TokenPrices | undefined {
  if (UNCOUNTED.some((field) => price[field] !== undefined)) return undefined;
  const units = publishedUnits(price);
  const isByTokens =
    price['input_mtok'] !== undefined && (price['output_mtok'] !== undefined || WITHOUT_OUTPUT.test(id));
  // Amounts for tokens do not help where no answer tells them.
  if (isByTokens && soldBy(id) === undefined && sizeOf(price) > 0) {
    const above = (start: number): TokenAmounts => withHourWrites(amountsAbove(price, start), id);
    const tiers = thresholdsOf(price).map((start) => ({ abovePromptTokens: start, ...above(start) }));
    return { ...above(-1), ...units, ...(tiers.length > 0 ? { tiers } : {}) };
  }
  const hasTokens = price['input_mtok'] !== undefined || price['output_mtok'] !== undefined;
  if (hasTokens || !canStandAlone(units)) return undefined;
  return { ...amountsAbove({}, -1), ...units, isWithoutTokenPrice: true };
}

function thresholdsOf(price: ModelPrice): number[] {
  const starts = Object.values(LIST_FIELDS).flatMap((field) => {
    const amount = price[field];
    return typeof amount === 'object' ? amount.tiers.map(({ start }) => start) : [];
  });
  return [...new Set(starts)].toSorted((left, right) => left - right);
}

/** The amounts for prompts longer than `start`; -1 for those below every tier. */
function amountsAbove(price: ModelPrice, start: number): TokenAmounts {
  const entries = Object.entries(LIST_FIELDS).flatMap(([field, listField]) => {
    const amount = price[listField];
    if (amount === undefined) return [];
    const reached = typeof amount === 'object' ? amount.tiers.findLast((tier) => tier.start <= start) : undefined;
    return [[field, nanoUsd(reached?.price ?? baseOf(amount))]];
  });
  return { inputNanoUsdPerMillion: '0', outputNanoUsdPerMillion: '0', ...Object.fromEntries(entries) };
}

/**
 * What Anthropic's models keep in a cache for an hour costs twice the input wherever they run, by Anthropic's own list; others'
 * lists have the amount for five minutes only, which is less.
 */
function withHourWrites(amounts: TokenAmounts, id: string): TokenAmounts {
  const isKnown = amounts.cacheWrite1hInputNanoUsdPerMillion !== undefined;
  if (isKnown || amounts.cacheWriteInputNanoUsdPerMillion === undefined || !id.includes('claude')) return amounts;
  const twice = (BigInt(amounts.inputNanoUsdPerMillion) * 2n).toString();
  return { ...amounts, cacheWrite1hInputNanoUsdPerMillion: twice };
}

/** Nine decimals hold every listed price exactly, and drop what a binary fraction adds behind them. */
function nanoUsd(usdPerMillion: number): string {
  return parseUsdPerMillion(usdPerMillion.toFixed(9)).toString();
}
