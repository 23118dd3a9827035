import type { LanguageModelV4Usage } from '@ai-sdk/provider';
import { isRecord } from '../json-operation/read-json-answer.js';
import { readTokenCount } from '../json-operation/read-token-count.js';

/** What Anthropic and Bedrock charge for that the terms of the AI SDK have no place for; zero where there was none. */
export interface ProviderExtras {
  /** Tokens written to a cache for an hour; a part of all that were written. */
  readonly cacheWrite1hTokens: number;
  /** Searches of the web that the provider made by itself. */
  readonly webSearches: number;
}

/** Reads them from the usage as the provider told it. */
export function providerExtras(raw: LanguageModelV4Usage['raw']): ProviderExtras {
  const { cache_creation: written, server_tool_use: tools, cacheDetails } = isRecord(raw) ? raw : {};
  const perLifetime: unknown[] = Array.isArray(cacheDetails) ? cacheDetails : [];
  const atBedrock = perLifetime.find((entry) => isRecord(entry) && entry.ttl === '1h');
  return {
    cacheWrite1hTokens:
      count(isRecord(written) ? written.ephemeral_1h_input_tokens : undefined) ||
      count(isRecord(atBedrock) ? atBedrock.inputTokens : undefined),
    webSearches: count(isRecord(tools) ? tools.web_search_requests : undefined),
  };
}

function count(value: unknown): number {
  return readTokenCount(value) ?? 0;
}
