import type { Usage } from '#libs/contracts';
import { readTokenCount } from '../json-operation/read-token-count.js';

interface WireUsage {
  input_tokens?: unknown;
  output_tokens?: unknown;
  input_tokens_details?: { cached_tokens?: unknown; cache_write_tokens?: unknown } | null;
  output_tokens_details?: { reasoning_tokens?: unknown } | null;
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
  const cached = readTokenCount(usage.input_tokens_details?.cached_tokens);
  const written = readTokenCount(usage.input_tokens_details?.cache_write_tokens);
  const reasoning = readTokenCount(usage.output_tokens_details?.reasoning_tokens);
  return {
    promptTokens,
    completionTokens,
    ...(cached ? { cachedPromptTokens: Math.min(cached, promptTokens) } : {}),
    ...(written ? { cacheWritePromptTokens: Math.min(written, promptTokens) } : {}),
    ...(reasoning ? { reasoningTokens: Math.min(reasoning, completionTokens) } : {}),
  };
}
