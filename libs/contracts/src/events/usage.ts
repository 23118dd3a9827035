import { z } from 'zod';

/**
 * What one call used. `cachedPromptTokens` (read from a prompt cache), `cacheWritePromptTokens` (written to one),
 * `audioPromptTokens` and `imagePromptTokens` are parts of the prompt count; `cacheWrite1hPromptTokens` (written for an hour) of
 * those written; `reasoningTokens`, `audioCompletionTokens` and `imageCompletionTokens` of the completion count. What is not paid
 * by tokens is counted in units of its own, and then both counts of tokens may be zero.
 */
export const usageSchema = z.object({
  promptTokens: z.int().nonnegative(),
  completionTokens: z.int().nonnegative(),
  cachedPromptTokens: z.int().nonnegative().optional(),
  cacheWritePromptTokens: z.int().nonnegative().optional(),
  cacheWrite1hPromptTokens: z.int().nonnegative().optional(),
  reasoningTokens: z.int().nonnegative().optional(),
  audioPromptTokens: z.int().nonnegative().optional(),
  imagePromptTokens: z.int().nonnegative().optional(),
  audioCompletionTokens: z.int().nonnegative().optional(),
  imageCompletionTokens: z.int().nonnegative().optional(),
  /** Requests that the provider bills; one where it is absent. */
  requests: z.int().nonnegative().optional(),
  /** Images made. */
  images: z.int().nonnegative().optional(),
  /** Length of the audio that was listened to or, of speech, made. */
  audioMilliseconds: z.int().nonnegative().optional(),
  /** Characters of the text that was spoken. */
  characters: z.int().nonnegative().optional(),
  /** Searches that a ranking counts for. */
  searches: z.int().nonnegative().optional(),
  /** Searches of the web that the provider made by itself. */
  webSearches: z.int().nonnegative().optional(),
});
export type Usage = z.infer<typeof usageSchema>;
