import { priceEntryFields } from './price-entry-fields.js';
import { placeOf, pricesInForce } from './prices-in-force.policy.js';

type Fields = Record<string, unknown>;

/** A configuration as it was read, with the prices that hold now at its targets. */
export interface PricedValue {
  readonly value: unknown;
  readonly nextChangeAt?: number;
}

/**
 * Puts the prices in force in the place of those that targets name themselves, before anything is checked, so that one and the
 * same judgement is passed on both. A price that is no good itself is left where it is, and refused there.
 */
export function withPricesInForce(value: unknown, now: number): PricedValue {
  if (!isFields(value)) return { value };
  const good = listOf(value['prices']).filter((entry) => priceEntryFields.safeParse(entry).success);
  if (good.length === 0) return { value };
  const { entries, ...next } = pricesInForce(good, now);
  const prices = new Map(entries.map((entry) => [placeOf(String(entry['provider']), String(entry['model'])), entry]));
  const priced = (target: unknown): unknown => {
    if (!isFields(target)) return target;
    const entry = prices.get(placeOf(String(target['provider']), String(target['model'])));
    return entry ? { ...target, price: entry['price'] } : target;
  };
  const models = arrayOf(value['models']).map((model) =>
    isFields(model) && Array.isArray(model['targets']) ? { ...model, targets: model['targets'].map(priced) } : model,
  );
  return { value: Array.isArray(value['models']) ? { ...value, models } : value, ...next };
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function arrayOf(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

function listOf(value: unknown): Fields[] {
  return arrayOf(value).filter(isFields);
}
