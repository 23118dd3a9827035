import { z } from 'zod';

/** What may go into a model, or come out of it. */
export const MODALITIES = ['text', 'image', 'audio', 'video', 'pdf', 'embedding'] as const;
export type Modality = (typeof MODALITIES)[number];

/** What a model can do beyond answering text with text. */
export const ABILITIES = ['tools', 'json_schema', 'reasoning', 'prompt_caching'] as const;
export type Ability = (typeof ABILITIES)[number];

/** What is known of a target's model; an absent field is not known. */
export const modelLimitsSchema = z.object({
  /** Tokens of prompt and answer together, the largest window that the provider offers for the model. */
  contextWindow: z.int().positive().optional(),
  maxOutputTokens: z.int().positive().optional(),
  inputModalities: z.array(z.enum(MODALITIES)).optional(),
  outputModalities: z.array(z.enum(MODALITIES)).optional(),
  abilities: z.array(z.enum(ABILITIES)).optional(),
});
export type ModelLimits = z.infer<typeof modelLimitsSchema>;
