import { z } from 'zod';
import { closedObject } from './closed-object.js';
import { usdPerMillion } from './field-types.js';

const MOST_TIERS = 10;

const amounts = {
  inputPerMillion: usdPerMillion,
  cachedInputPerMillion: usdPerMillion.optional(),
  cacheWriteInputPerMillion: usdPerMillion.optional(),
  audioInputPerMillion: usdPerMillion.optional(),
  imageInputPerMillion: usdPerMillion.optional(),
  outputPerMillion: usdPerMillion,
  reasoningOutputPerMillion: usdPerMillion.optional(),
  audioOutputPerMillion: usdPerMillion.optional(),
  imageOutputPerMillion: usdPerMillion.optional(),
};
const amountFields = closedObject(amounts);
export type AmountFields = z.infer<typeof amountFields>;

const tier = closedObject({ abovePromptTokens: z.int().positive(), ...amounts });

/** What a target costs: amounts, and other amounts for long prompts. */
export const priceFields = closedObject({
  ...amounts,
  tiers: z
    .array(tier)
    .min(1)
    .max(MOST_TIERS)
    .refine(
      (tiers) => new Set(tiers.map(({ abovePromptTokens }) => abovePromptTokens)).size === tiers.length,
      'must have one tier for each abovePromptTokens',
    )
    .optional(),
});
export type PriceFields = z.infer<typeof priceFields>;

const ceilingAmount = usdPerMillion.refine((nanoUsd) => nanoUsd !== '0', 'must be more than zero, as a ceiling is');

/** What a target costs whose price neither the configuration nor the catalogue knows. */
export const unknownPrice = z.union(
  [
    z.literal('refuse'),
    closedObject({ ceiling: closedObject({ inputPerMillion: ceilingAmount, outputPerMillion: ceilingAmount }) }),
  ],
  {
    error: 'must be refuse, or { ceiling: { inputPerMillion: "20", outputPerMillion: "100" } } with amounts over zero',
  },
);
export type UnknownPriceFields = z.infer<typeof unknownPrice>;
