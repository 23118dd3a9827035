import { z } from 'zod';

/** Tokens of one call. `cachedPromptTokens` and `reasoningTokens` are parts of the prompt and completion counts. */
export const usageSchema = z.object({
  promptTokens: z.int().nonnegative(),
  completionTokens: z.int().nonnegative(),
  cachedPromptTokens: z.int().nonnegative().optional(),
  reasoningTokens: z.int().nonnegative().optional(),
});
export type Usage = z.infer<typeof usageSchema>;
