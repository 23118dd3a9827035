import { createVertexAnthropic } from '@ai-sdk/google-vertex/anthropic';
import type { LanguageModelV4 } from '@ai-sdk/provider';
import { classifyAnthropicError, type ClassifiedError } from '#libs/dialects';
import { mendModel } from '../../provider-http/mend-model.js';
import type { AccessTokens } from './access-tokens.js';
import type { VertexOptions } from './config.js';
import { endpointOf } from './endpoint.js';

/** Whether a model is one of Anthropic's, which Vertex AI serves in Anthropic's own format. */
export function isClaude(model: string): boolean {
  return model.startsWith('claude-');
}

/** Anthropic's models for callers of other dialects. Files by URL are fetched here: Vertex gets none for them. */
export function claudeModels(
  options: VertexOptions,
  tokens: Pick<AccessTokens, 'current'>,
  fetch: typeof globalThis.fetch,
): (name: string) => LanguageModelV4 {
  const provider = createVertexAnthropic({
    baseURL: `${endpointOf(options)}/publishers/anthropic/models`,
    generateAuthToken: () => tokens.current(),
    headers: options.headers ?? {},
    fetch,
  });
  return (name) => ({
    ...mendModel(provider.languageModel(name), { errors: { classify: classifyEvent } }),
    // Who carries what is told by this name, and it is not what Gemini carries.
    provider: 'vertex.anthropic',
  });
}

/** The package takes the error out of its event. */
function classifyEvent(error: unknown): ClassifiedError {
  return classifyAnthropicError(500, JSON.stringify({ error }));
}
