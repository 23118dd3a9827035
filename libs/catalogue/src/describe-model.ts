import type { ModelLimits } from '#libs/contracts';
import type { TokenPrices } from '#libs/pricing';
import { batchDiscountOf } from './batch-discount-of.js';
import { knownLimits } from './known-limits.js';
import { priceListOf } from './price-list-of.js';
import { publishedModel } from './published-model.js';

/** A model of a provider: the provider's kind and address as configured, and its own name of the model. */
export interface ModelQuery {
  readonly kind: string;
  readonly baseUrl?: string | undefined;
  readonly model: string;
  /** The day whose prices are wanted, YYYY-MM-DD in UTC; today where it is absent. */
  readonly date?: string | undefined;
}

/** What is known of a model; `prices` is absent where they are not known, and never stands for nothing. */
export interface ModelDescription {
  readonly prices?: TokenPrices;
  /** What the vendor's own batch interface takes off the prices, as `batchPricesOf` reads it. */
  readonly batchDiscount?: string;
  readonly limits: ModelLimits;
}

/**
 * What a well-known model costs and can do, by the price lists that `@pydantic/genai-prices` carries and, for limits, by a small
 * table of our own, which goes first. Works offline: what it knows changes with a release, never at run time. Prices belong to a vendor's
 * official service, limits to a model wherever it runs.
 */
export function describeModel(query: ModelQuery): ModelDescription {
  const list = priceListOf(query);
  const published = list === undefined ? {} : publishedModel(list, query.model, query.date ?? today());
  const { prices, contextWindow } = published;
  const batchDiscount = prices?.isWithoutTokenPrice === true ? undefined : batchDiscountOf(query);
  return {
    ...(prices ? { prices, ...(batchDiscount === undefined ? {} : { batchDiscount }) } : {}),
    limits: { ...(contextWindow === undefined ? {} : { contextWindow }), ...knownLimits(query.model) },
  };
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}
