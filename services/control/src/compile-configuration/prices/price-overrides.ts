import type { ModelEntry, TargetEntry } from '#libs/contracts';
import { batchPricesOf, priceVersionOf, type TokenPrices } from '#libs/pricing';

import type { ImageFields } from '../price-fields.js';
import { placeOf } from './prices-in-force.policy.js';

/** What a model at a provider costs now, wherever a policy with a target of it comes from. */
export type PriceOverride = Pick<TargetEntry, 'provider' | 'model' | 'price' | 'batchPrice' | 'imagePrices'>;

/** What a price has besides its amounts, and that makes prices of their own. */
interface FurtherPrices {
  readonly batchDiscount?: string | undefined;
  readonly images?: readonly ImageFields[] | undefined;
}

/**
 * Prices with their versions: those of calls through the provider's own batch interface where it takes something off, and those of
 * images of a size or a quality.
 */
export function versionedPrices(
  { provider, model }: Pick<TargetEntry, 'provider' | 'model'>,
  prices: TokenPrices,
  { batchDiscount, images }: FurtherPrices,
): Pick<TargetEntry, 'price' | 'batchPrice' | 'imagePrices'> {
  const versioned = (of: TokenPrices): TargetEntry['price'] => ({
    version: priceVersionOf(of, provider, model),
    ...of,
  });
  return {
    price: versioned(prices),
    ...(batchDiscount === undefined ? {} : { batchPrice: versioned(batchPricesOf(prices, batchDiscount)) }),
    ...(images === undefined
      ? {}
      : {
          imagePrices: images.map(({ perImage, ...variant }) => ({
            ...variant,
            price: versioned({ ...prices, nanoUsdPerImage: perImage }),
          })),
        }),
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
      const { batchPrice: _batch, imagePrices: _images, priceSource: _source, ...rest } = target;
      const { price, batchPrice, imagePrices } = override;
      return { ...rest, price, ...(batchPrice ? { batchPrice } : {}), ...(imagePrices ? { imagePrices } : {}) };
    }),
  }));
}
