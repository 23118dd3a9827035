import { findProvider } from '@pydantic/genai-prices';

/** Kinds of provider in the configuration whose price list has another name, or is one of several of that vendor. */
const LIST_OF_KIND: ReadonlyMap<string, string> = new Map([
  ['azure', 'azure'],
  ['anthropic', 'anthropic'],
  ['google', 'google'],
  ['gemini', 'google'],
  ['vertex', 'google'],
  ['bedrock', 'aws'],
  ['mistral', 'mistral'],
  ['cohere', 'cohere'],
  ['openrouter', 'openrouter'],
  ['groq', 'groq'],
  ['together', 'together'],
  ['fireworks', 'fireworks'],
  ['deepseek', 'deepseek'],
  ['xai', 'x-ai'],
  ['perplexity', 'perplexity'],
  ['cerebras', 'cerebras'],
]);

/**
 * The name of the price list that applies to a provider: that of its kind or, for `openai`, which is the wire format of many
 * servers, that of the vendor whose official address it has. Undefined for any other server, since the same model costs
 * something else there.
 */
export function priceListOf({ kind, baseUrl }: { kind: string; baseUrl?: string | undefined }): string | undefined {
  if (kind !== 'openai') return LIST_OF_KIND.get(kind);
  return baseUrl === undefined ? 'openai' : findProvider({ providerApiUrl: baseUrl })?.id;
}
