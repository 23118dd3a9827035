import type { Usage } from '#libs/contracts';

/** More tokens than any model could use in one call; a larger count is a provider's mistake, not a bill. */
const MOST_TOKENS = 100_000_000;

interface WireUsage {
  prompt_tokens?: unknown;
  completion_tokens?: unknown;
  total_tokens?: unknown;
  prompt_tokens_details?: {
    cached_tokens?: unknown;
    cache_write_tokens?: unknown;
    cache_write_1h_tokens?: unknown;
    audio_tokens?: unknown;
    image_tokens?: unknown;
  } | null;
  /** OpenRouter's, which takes over Anthropic's name. */
  server_tool_use?: { web_search_requests?: unknown } | null;
  completion_tokens_details?: { reasoning_tokens?: unknown; audio_tokens?: unknown; image_tokens?: unknown } | null;
}

/**
 * Reads the `usage` object of OpenAI's wire format. Returns undefined for a missing one and for one that cannot be true
 * (negative, fractional, not a number, absurdly large), so that nobody is billed by it.
 */
export function readChatUsage(wire: unknown): Usage | undefined {
  if (typeof wire !== 'object' || wire === null) return undefined;
  const usage = wire as WireUsage;
  const promptTokens = tokenCount(usage.prompt_tokens);
  const completion = tokenCount(usage.completion_tokens);
  if (promptTokens === undefined || completion === undefined) return undefined;
  const reasoning = tokenCount(usage.completion_tokens_details?.reasoning_tokens) ?? 0;
  // xAI counts reasoning beside the completion, as its total shows.
  const isBeside = reasoning > 0 && usage.total_tokens === promptTokens + completion + reasoning;
  const completionTokens = isBeside ? completion + reasoning : completion;
  const cached = Math.min(tokenCount(usage.prompt_tokens_details?.cached_tokens) ?? 0, promptTokens);
  const written = tokenCount(usage.prompt_tokens_details?.cache_write_tokens);
  const writtenForAnHour = tokenCount(usage.prompt_tokens_details?.cache_write_1h_tokens);
  const webSearches = tokenCount(usage.server_tool_use?.web_search_requests);
  const audioIn = tokenCount(usage.prompt_tokens_details?.audio_tokens);
  const audioOut = tokenCount(usage.completion_tokens_details?.audio_tokens);
  const imageIn = tokenCount(usage.prompt_tokens_details?.image_tokens);
  const imageOut = tokenCount(usage.completion_tokens_details?.image_tokens);
  return {
    promptTokens,
    completionTokens,
    ...(cached ? { cachedPromptTokens: cached } : {}),
    ...(written ? { cacheWritePromptTokens: Math.min(written, promptTokens - cached) } : {}),
    ...(written && writtenForAnHour
      ? { cacheWrite1hPromptTokens: Math.min(writtenForAnHour, written, promptTokens - cached) }
      : {}),
    ...(webSearches ? { webSearches } : {}),
    ...(reasoning ? { reasoningTokens: Math.min(reasoning, completionTokens) } : {}),
    ...(audioIn ? { audioPromptTokens: Math.min(audioIn, promptTokens) } : {}),
    ...(imageIn ? { imagePromptTokens: Math.min(imageIn, promptTokens) } : {}),
    ...(audioOut ? { audioCompletionTokens: Math.min(audioOut, completionTokens) } : {}),
    ...(imageOut ? { imageCompletionTokens: Math.min(imageOut, completionTokens) } : {}),
  };
}

function tokenCount(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= MOST_TOKENS
    ? (value as number)
    : undefined;
}
