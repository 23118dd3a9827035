import { z } from 'zod';
import { closedObject } from './closed-object.js';
import { shareTakenOff, usdFor, usdPerMillion } from './field-types.js';

const MOST_TIERS = 10;

const amounts = {
  inputPerMillion: usdPerMillion,
  cachedInputPerMillion: usdPerMillion.optional(),
  cacheWriteInputPerMillion: usdPerMillion.optional(),
  cacheWrite1hInputPerMillion: usdPerMillion.optional(),
  audioInputPerMillion: usdPerMillion.optional(),
  imageInputPerMillion: usdPerMillion.optional(),
  outputPerMillion: usdPerMillion,
  reasoningOutputPerMillion: usdPerMillion.optional(),
  audioOutputPerMillion: usdPerMillion.optional(),
  imageOutputPerMillion: usdPerMillion.optional(),
};
const amountFields = closedObject(amounts);
export type AmountFields = z.infer<typeof amountFields>;

/** What makes a price one for tokens, beside the amounts that each such price must have. */
const TOKEN_FIELDS = [
  'cachedInputPerMillion',
  'cacheWriteInputPerMillion',
  'cacheWrite1hInputPerMillion',
  'audioInputPerMillion',
  'imageInputPerMillion',
  'reasoningOutputPerMillion',
  'audioOutputPerMillion',
  'imageOutputPerMillion',
  'tiers',
  'batchDiscount',
] as const;

const tier = closedObject({ abovePromptTokens: z.int().positive(), ...amounts });

/** What is not paid by tokens; each amount in the unit that its name says. */
const units = {
  perRequest: usdFor('one request').optional(),
  perImage: usdFor('one image').optional(),
  perMinuteOfAudio: usdFor('one minute of audio').optional(),
  perHourOfAudio: usdFor('one hour of audio').optional(),
  perMillionCharacters: usdFor('one million characters').optional(),
  perThousandSearches: usdFor('one thousand searches').optional(),
  perThousandWebSearches: usdFor('one thousand web searches').optional(),
};
const MOST_IMAGES = 50;
const word = z.string().min(1).max(50);

/** What an image of a size or a quality costs, in the words in which callers ask for it. */
const imageFields = closedObject({
  size: word.optional(),
  quality: word.optional(),
  perImage: usdFor('one image'),
}).refine(({ size, quality }) => size !== undefined || quality !== undefined, {
  path: ['size'],
  message: 'is missing; say of which size or quality, or give perImage beside images',
});
export type ImageFields = z.infer<typeof imageFields>;

const unitFields = closedObject(units);
export type UnitFields = z.infer<typeof unitFields>;

/** Searches of the web are paid on top of something. */
const STANDING_ALONE = [
  'perRequest',
  'perImage',
  'images',
  'perMinuteOfAudio',
  'perHourOfAudio',
  'perMillionCharacters',
  'perThousandSearches',
] as const satisfies readonly (keyof UnitFields | 'images')[];

/** What a target costs: amounts for tokens, other amounts for long prompts, and amounts for what is not paid by tokens. */
export const priceFields = closedObject({
  ...amounts,
  inputPerMillion: usdPerMillion.optional(),
  outputPerMillion: usdPerMillion.optional(),
  ...units,
  images: z.array(imageFields).min(1).max(MOST_IMAGES).optional(),
  /** What the provider takes off for tokens of calls through its own batch interface. */
  batchDiscount: shareTakenOff.optional(),
  tiers: z
    .array(tier)
    .min(1)
    .max(MOST_TIERS)
    .refine(
      (tiers) => new Set(tiers.map(({ abovePromptTokens }) => abovePromptTokens)).size === tiers.length,
      'must have one tier for each abovePromptTokens',
    )
    .optional(),
}).superRefine((price, context) => {
  const refuse = (field: string, message: string): void => context.addIssue({ code: 'custom', path: [field], message });
  if (price.perMinuteOfAudio !== undefined && price.perHourOfAudio !== undefined)
    refuse('perHourOfAudio', 'stands beside perMinuteOfAudio; give one of them');
  const { inputPerMillion: input, outputPerMillion: output } = price;
  const forTokens = TOKEN_FIELDS.find((field) => price[field] !== undefined);
  if (input === undefined && output === undefined && forTokens === undefined) {
    if (STANDING_ALONE.every((field) => price[field] === undefined))
      refuse('inputPerMillion', `is missing; give it with outputPerMillion, or one of ${STANDING_ALONE.join(', ')}`);
    return;
  }
  for (const field of ['inputPerMillion', 'outputPerMillion'] as const) {
    if (price[field] === undefined)
      refuse(field, 'is missing; a price for tokens has inputPerMillion and outputPerMillion');
  }
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
