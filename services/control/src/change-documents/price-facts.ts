import type { Resource } from '#libs/contracts';

import { pricesFrom } from '../compile-configuration/assemble-target.js';
import { priceEntryFields } from '../compile-configuration/prices/price-entry-fields.js';
import { versionedPrices } from '../compile-configuration/prices/price-overrides.js';
import { standingOf } from '../compile-configuration/prices/prices-in-force.policy.js';

/** Prices with what charges call them, the version, and whether they hold at `now` (Unix milliseconds). */
export function withPriceFacts(prices: readonly Resource[], now: number): Resource[] {
  const documents = prices.map(({ document }) => document);
  return prices.map((resource) => {
    const { data } = priceEntryFields.safeParse({ name: resource.name, ...resource.document });
    if (!data) return resource;
    const { price, batchPrice, imagePrices } = versionedPrices(data, pricesFrom(data.price), data.price);
    const facts = {
      priceVersion: price.version,
      ...(batchPrice ? { batchPriceVersion: batchPrice.version } : {}),
      ...(imagePrices ? { imagePriceVersions: imagePrices.map((image) => image.price.version) } : {}),
      status: standingOf(resource.document, documents, now),
    };
    return { ...resource, facts };
  });
}
