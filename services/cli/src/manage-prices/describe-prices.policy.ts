import { table } from '../text-table.policy.js';
import type { Price } from './price-api.js';

/** Prices for people: whose they are, since when, and by which version charges name them. */
export function describePrices(prices: readonly Price[]): string {
  if (prices.length === 0)
    return 'No prices of your own: those of targets and of the catalogue hold. Set one with: switchyard prices set NAME';
  const rows = prices.map(({ name, provider, model, effectiveFrom, status, managedBy, priceVersion, price }) => [
    name,
    provider,
    model,
    effectiveFrom ?? '*',
    status.replace('_', ' '),
    managedBy,
    priceVersion,
    amountsIn(price),
  ]);
  return table([['name', 'provider', 'model', 'from', 'status', 'kept by', 'version', 'US dollars'], ...rows]).join(
    '\n',
  );
}

function amountsIn(price: Price['price']): string {
  return Object.entries(price)
    .map(([field, amount]) => `${field}=${typeof amount === 'string' ? amount : JSON.stringify(amount)}`)
    .join(' ');
}
