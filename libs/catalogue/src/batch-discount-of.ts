import { priceListOf } from './price-list-of.js';

const HALF = '0.5';

/**
 * What vendors take off in their own batch interfaces, by their price lists, as their pricing pages had it on 2026-11-22. Those
 * that have such an interface for some of their models only (Bedrock), or none, are not here.
 */
const DISCOUNT_OF_LIST: ReadonlyMap<string, string> = new Map([
  ['openai', HALF],
  ['azure', HALF],
  ['anthropic', HALF],
  ['google', HALF],
  ['mistral', HALF],
  ['groq', HALF],
]);

/** The share that the vendor's own batch interface takes off the listed price of tokens; undefined where none is known. */
export function batchDiscountOf(query: Parameters<typeof priceListOf>[0]): string | undefined {
  const list = priceListOf(query);
  return list === undefined ? undefined : DISCOUNT_OF_LIST.get(list);
}
