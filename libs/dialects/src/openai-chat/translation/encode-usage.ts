import type { LanguageModelV4Usage } from '@ai-sdk/provider';
import { providerExtras } from '../../translation/provider-extras.js';
import { modalityTokens, type ModalityTokens } from '../../translation/modality-tokens.js';

/** The `usage` of an answer. */
export interface WireUsage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  prompt_tokens_details: {
    cached_tokens: number;
    cache_write_tokens?: number;
    cache_write_1h_tokens?: number;
  } & ModalityTokens;
  completion_tokens_details: { reasoning_tokens: number } & ModalityTokens;
  server_tool_use?: { web_search_requests: number };
}

/**
 * The tokens that a model says it used; undefined where it does not say, so that nobody takes zeros for an answer. Cached and
 * written tokens are parts of the prompt's count, reasoning tokens of the completion's.
 */
export function encodeUsage({ inputTokens, outputTokens, raw }: LanguageModelV4Usage): WireUsage | undefined {
  const prompt = inputTokens.total ?? sumOf(inputTokens.noCache, inputTokens.cacheRead, inputTokens.cacheWrite);
  const completion = outputTokens.total ?? sumOf(outputTokens.text, outputTokens.reasoning);
  if (prompt === undefined || completion === undefined) return undefined;
  const written = inputTokens.cacheWrite ?? 0;
  const modalities = modalityTokens(raw);
  const { cacheWrite1hTokens, webSearches } = providerExtras(raw);
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: {
      cached_tokens: inputTokens.cacheRead ?? 0,
      ...(written > 0 ? { cache_write_tokens: written } : {}),
      ...(cacheWrite1hTokens > 0 ? { cache_write_1h_tokens: cacheWrite1hTokens } : {}),
      ...modalities.prompt,
    },
    completion_tokens_details: { reasoning_tokens: outputTokens.reasoning ?? 0, ...modalities.answer },
    ...(webSearches > 0 ? { server_tool_use: { web_search_requests: webSearches } } : {}),
  };
}

function sumOf(...counts: readonly (number | undefined)[]): number | undefined {
  const known = counts.filter((count) => count !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, count) => sum + count, 0);
}
