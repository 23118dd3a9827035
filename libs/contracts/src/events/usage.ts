import { z } from 'zod';

/**
 * Tokens of one call. `cachedPromptTokens` (read from a prompt cache), `cacheWritePromptTokens` (written to one),
 * `audioPromptTokens` and `imagePromptTokens` are parts of the prompt count; `reasoningTokens`, `audioCompletionTokens` and
 * `imageCompletionTokens` of the completion count.
 */
export const usageSchema = z.object({
  promptTokens: z.int().nonnegative(),
  completionTokens: z.int().nonnegative(),
  cachedPromptTokens: z.int().nonnegative().optional(),
  cacheWritePromptTokens: z.int().nonnegative().optional(),
  reasoningTokens: z.int().nonnegative().optional(),
  audioPromptTokens: z.int().nonnegative().optional(),
  imagePromptTokens: z.int().nonnegative().optional(),
  audioCompletionTokens: z.int().nonnegative().optional(),
  imageCompletionTokens: z.int().nonnegative().optional(),
});
export type Usage = z.infer<typeof usageSchema>;
