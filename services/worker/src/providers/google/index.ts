import { createGoogle } from '@ai-sdk/google';
import type { ProviderModels } from '#libs/dialects';
import { fetchThrough } from '../../provider-http/fetch-through.js';
import { fetchWithLogprobs } from '../../provider-http/google-logprobs.js';
import { googleMending } from '../../provider-http/google-mending.js';
import { mendModel } from '../../provider-http/mend-model.js';
import { providerAgent } from '../../provider-http/provider-agent.js';
import { requireCredential } from '../../provider-http/require-credential.js';
import { translatedProvider } from '../../provider-http/translated-provider.js';
import type { ProviderKind } from '../provider.js';
import { GoogleBatches } from './batches.js';
import { readOptions, type GoogleOptions } from './config.js';
import { classify } from './errors.js';
import { withPromptTokens } from './embedding-usage.js';

/** Kind `google`: Gemini by the Gemini API, with a key of AI Studio. */
export const google: ProviderKind = {
  kind: 'google',
  create(rawOptions, credential, surroundings) {
    const { fetchFile } = surroundings;
    const apiKey = requireCredential('google', credential);
    const agent = providerAgent(surroundings);
    const options = readOptions(rawOptions);
    const models = modelsOf(options, apiKey, fetchWithLogprobs(fetchThrough(agent)));
    const batches = new GoogleBatches(options, apiKey, agent);
    return translatedProvider({ agent, models, classify, secrets: () => [apiKey], fetchFile, batches });
  },
};

function modelsOf(
  { baseUrl, headers = {} }: GoogleOptions,
  apiKey: string,
  fetch: typeof globalThis.fetch,
): ProviderModels {
  const provider = createGoogle({ apiKey, baseURL: baseUrl, headers, fetch });
  const mending = googleMending(baseUrl);
  return {
    languageModel: (name) => mendModel(provider.languageModel(name), mending),
    embeddingModel: (name) => withPromptTokens(provider.embeddingModel(name)),
    imageModel: (name) => provider.imageModel(name),
  };
}
