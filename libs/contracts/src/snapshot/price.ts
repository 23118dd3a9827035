import { z } from 'zod';
import { nanoUsd } from '../identifiers.js';

/**
 * What a provider charges, in nano-USD for one million tokens. `version` is derived from the content, so that equal prices
 * share it and a charge can be recomputed from the stored row.
 */
export const priceSchema = z.object({
  version: z.string().regex(/^price_[0-9a-f]{16}$/),
  inputNanoUsdPerMillion: nanoUsd,
  cachedInputNanoUsdPerMillion: nanoUsd.optional(),
  outputNanoUsdPerMillion: nanoUsd,
});
export type Price = z.infer<typeof priceSchema>;
