import { z } from 'zod';

/**
 * Tokens of one call. `cachedPromptTokens` (read from a prompt cache) and `cacheWritePromptTokens` (written to one) are parts of
 * the prompt count, `reasoningTokens` of the completion count.
 */
export const usageSchema = z.object({
  promptTokens: z.int().nonnegative(),
  completionTokens: z.int().nonnegative(),
  cachedPromptTokens: z.int().nonnegative().optional(),
  cacheWritePromptTokens: z.int().nonnegative().optional(),
  reasoningTokens: z.int().nonnegative().optional(),
});
export type Usage = z.infer<typeof usageSchema>;
