import type { Usage } from '#libs/contracts';
import { readTokenCount, readTokenPart } from '../json-operation/read-token-count.js';

/** The `usage` object of a message, or the part of it that an event holds. */
export interface WireUsage {
  input_tokens?: unknown;
  output_tokens?: unknown;
  cache_read_input_tokens?: unknown;
  cache_creation_input_tokens?: unknown;
  cache_creation?: { ephemeral_1h_input_tokens?: unknown } | null;
  server_tool_use?: { web_search_requests?: unknown } | null;
  output_tokens_details?: { thinking_tokens?: unknown } | null;
  /** Ours: the counts are not the provider's. A message must have some. */
  is_estimate?: unknown;
}

/**
 * Reads the `usage` object of Anthropic's wire format, where what came from or went to a prompt cache is counted beside the
 * input, not within it. Returns undefined for a missing one and for one that cannot be true (negative, fractional, not a
 * number, absurdly large) or is an estimate of our own, so that nobody is billed by it as if the provider had told it.
 */
export function readMessagesUsage(wire: unknown): Usage | undefined {
  if (typeof wire !== 'object' || wire === null) return undefined;
  const usage = wire as WireUsage;
  if (usage.is_estimate === true) return undefined;
  const fresh = readTokenCount(usage.input_tokens);
  const completionTokens = readTokenCount(usage.output_tokens);
  const cacheRead = readTokenCount(usage.cache_read_input_tokens ?? 0);
  const cacheWrite = readTokenCount(usage.cache_creation_input_tokens ?? 0);
  if (fresh === undefined || completionTokens === undefined || cacheRead === undefined || cacheWrite === undefined)
    return undefined;
  const webSearches = readTokenCount(usage.server_tool_use?.web_search_requests);
  const reasoning = readTokenCount(usage.output_tokens_details?.thinking_tokens);
  return {
    promptTokens: fresh + cacheRead + cacheWrite,
    completionTokens,
    ...(cacheRead ? { cachedPromptTokens: cacheRead } : {}),
    ...(cacheWrite ? { cacheWritePromptTokens: cacheWrite } : {}),
    ...readTokenPart('cacheWrite1hPromptTokens', usage.cache_creation?.ephemeral_1h_input_tokens, cacheWrite),
    ...(webSearches ? { webSearches } : {}),
    ...(reasoning ? { reasoningTokens: Math.min(reasoning, completionTokens) } : {}),
  };
}

/** The later counts are totals so far and stand in for the earlier ones; those that are absent or null say nothing. */
export function mergedUsage(earlier: WireUsage, later: unknown): WireUsage {
  if (typeof later !== 'object' || later === null) return earlier;
  const told = Object.entries(later).filter(([, value]) => value !== null && value !== undefined);
  return { ...earlier, ...Object.fromEntries(told) };
}
