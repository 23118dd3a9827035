import { z } from 'zod';
import { nanoUsd } from '../identifiers.js';

/**
 * Amounts in nano-USD for one million tokens. Those that are optional belong to tokens that are part of the prompt or of the
 * completion; where one is absent, its tokens cost what the others of the prompt or of the completion do; those written to a
 * cache for an hour what others written to one do.
 */
const amounts = {
  inputNanoUsdPerMillion: nanoUsd,
  cachedInputNanoUsdPerMillion: nanoUsd.optional(),
  cacheWriteInputNanoUsdPerMillion: nanoUsd.optional(),
  cacheWrite1hInputNanoUsdPerMillion: nanoUsd.optional(),
  audioInputNanoUsdPerMillion: nanoUsd.optional(),
  imageInputNanoUsdPerMillion: nanoUsd.optional(),
  outputNanoUsdPerMillion: nanoUsd,
  reasoningOutputNanoUsdPerMillion: nanoUsd.optional(),
  audioOutputNanoUsdPerMillion: nanoUsd.optional(),
  imageOutputNanoUsdPerMillion: nanoUsd.optional(),
};

/**
 * Amounts in nano-USD for what is not paid by tokens, each for as many units as its name says, so that prices as they are
 * published stay exact. They do not change with the length of a prompt. Where one is absent, nothing is known of the price of
 * its unit.
 */
const unitAmounts = {
  nanoUsdPerRequest: nanoUsd.optional(),
  nanoUsdPerImage: nanoUsd.optional(),
  /** Of audio that is listened to or, of speech, made. */
  nanoUsdPerHourOfAudio: nanoUsd.optional(),
  /** Of text that is spoken. */
  nanoUsdPerMillionCharacters: nanoUsd.optional(),
  /** Of a ranking: how many a request counts for is told by the provider. */
  nanoUsdPerThousandSearches: nanoUsd.optional(),
  /** Searches of the web that a provider makes by itself while it answers. */
  nanoUsdPerThousandWebSearches: nanoUsd.optional(),
};

/** The amounts of a whole call whose prompt is longer than `abovePromptTokens`; none is taken over from below. */
const priceTierSchema = z.object({ abovePromptTokens: z.int().positive(), ...amounts });
export type PriceTier = z.infer<typeof priceTierSchema>;

/**
 * What a provider charges, in nano-USD for one million tokens and for units of other kinds. `version` is derived from the content, so that equal prices
 * share it and a charge can be recomputed from the stored row. Of `tiers` the one with the highest threshold that a call's
 * prompt exceeds takes the place of the amounts beside them.
 */
export const priceSchema = z.object({
  version: z.string().regex(/^price_[0-9a-f]{16}$/),
  ...amounts,
  ...unitAmounts,
  /** Tokens have no price: the amounts for them are zeros that say nothing. */
  isWithoutTokenPrice: z.literal(true).optional(),
  tiers: z.array(priceTierSchema).min(1).max(10).optional(),
});
export type Price = z.infer<typeof priceSchema>;
