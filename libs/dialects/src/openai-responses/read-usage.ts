import type { Usage } from '#libs/contracts';
import { readTokenCount, readTokenPart } from '../json-operation/read-token-count.js';

interface WireUsage {
  input_tokens?: unknown;
  output_tokens?: unknown;
  input_tokens_details?: {
    cached_tokens?: unknown;
    cache_write_tokens?: unknown;
    cache_write_1h_tokens?: unknown;
    audio_tokens?: unknown;
    image_tokens?: unknown;
  } | null;
  output_tokens_details?: { reasoning_tokens?: unknown; audio_tokens?: unknown; image_tokens?: unknown } | null;
}

/**
 * Reads the `usage` object of a response. Returns undefined for a missing one and for one that cannot be true (negative,
 * fractional, not a number, absurdly large), so that nobody is billed by it.
 */
export function readResponsesUsage(wire: unknown): Usage | undefined {
  if (typeof wire !== 'object' || wire === null) return undefined;
  const usage = wire as WireUsage;
  const promptTokens = readTokenCount(usage.input_tokens);
  const completionTokens = readTokenCount(usage.output_tokens);
  if (promptTokens === undefined || completionTokens === undefined) return undefined;
  const { input_tokens_details: prompt, output_tokens_details: answer } = usage;
  const written = readTokenPart('cacheWritePromptTokens', prompt?.cache_write_tokens, promptTokens);
  return {
    promptTokens,
    completionTokens,
    ...readTokenPart('cachedPromptTokens', prompt?.cached_tokens, promptTokens),
    ...written,
    ...readTokenPart('cacheWrite1hPromptTokens', prompt?.cache_write_1h_tokens, written.cacheWritePromptTokens ?? 0),
    ...readTokenPart('audioPromptTokens', prompt?.audio_tokens, promptTokens),
    ...readTokenPart('imagePromptTokens', prompt?.image_tokens, promptTokens),
    ...readTokenPart('reasoningTokens', answer?.reasoning_tokens, completionTokens),
    ...readTokenPart('audioCompletionTokens', answer?.audio_tokens, completionTokens),
    ...readTokenPart('imageCompletionTokens', answer?.image_tokens, completionTokens),
  };
}
