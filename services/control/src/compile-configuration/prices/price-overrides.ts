import type { ModelEntry, TargetEntry } from '#libs/contracts';
import { batchPricesOf, priceVersionOf, type TokenPrices } from '#libs/pricing';

import { placeOf } from './prices-in-force.policy.js';

/** What a model at a provider costs now, wherever a policy with a target of it comes from. */
export interface PriceOverride extends Pick<TargetEntry, 'provider' | 'model' | 'price' | 'batchPrice'> {
  readonly price: TargetEntry['price'];
}

/** Prices with their versions, and those of calls through the provider's own batch interface where it takes something off. */
export function versionedPrices(
  { provider, model }: Pick<TargetEntry, 'provider' | 'model'>,
  prices: TokenPrices,
  batchDiscount: string | undefined,
): Pick<TargetEntry, 'price' | 'batchPrice'> {
  const versioned = (of: TokenPrices): TargetEntry['price'] => ({
    version: priceVersionOf(of, provider, model),
    ...of,
  });
  return {
    price: versioned(prices),
    ...(batchDiscount === undefined ? {} : { batchPrice: versioned(batchPricesOf(prices, batchDiscount)) }),
  };
}

/** Models with these prices at their targets: policies that were put in force by hand are charged as all others are. */
export function withPriceOverrides(models: readonly ModelEntry[], overrides: readonly PriceOverride[]): ModelEntry[] {
  if (overrides.length === 0) return [...models];
  const byPlace = new Map(overrides.map((one) => [placeOf(one.provider, one.model), one]));
  return models.map((model) => ({
    ...model,
    targets: model.targets.map((target) => {
      const override = byPlace.get(placeOf(target.provider, target.model));
      if (!override) return target;
      const { batchPrice: _batch, priceSource: _source, ...rest } = target;
      const { price, batchPrice } = override;
      return { ...rest, price, ...(batchPrice ? { batchPrice } : {}) };
    }),
  }));
}
