import { createCohere } from '@ai-sdk/cohere';
import type { ProviderModels } from '#libs/dialects';
import { fetchThrough } from '../../provider-http/fetch-through.js';
import { mendModel } from '../../provider-http/mend-model.js';
import { providerAgent } from '../../provider-http/provider-agent.js';
import { requireCredential } from '../../provider-http/require-credential.js';
import { translatedProvider } from '../../provider-http/translated-provider.js';
import type { ProviderKind } from '../provider.js';
import { readOptions, type CohereOptions } from './config.js';
import { classify } from './errors.js';
import { cohereMending } from './mending.js';

/** Kind `cohere`: Cohere's models by its own API, version 2: chat, embeddings and reranking. */
export const cohere: ProviderKind = {
  kind: 'cohere',
  create(rawOptions, credential, surroundings) {
    const { fetchFile } = surroundings;
    const apiKey = requireCredential('cohere', credential);
    const agent = providerAgent(surroundings);
    const models = modelsOf(readOptions(rawOptions), apiKey, fetchThrough(agent));
    return translatedProvider({ agent, models, classify, secrets: () => [apiKey], fetchFile });
  },
};

function modelsOf(
  { baseUrl, headers = {} }: CohereOptions,
  apiKey: string,
  fetch: typeof globalThis.fetch,
): ProviderModels {
  const provider = createCohere({ apiKey, baseURL: baseUrl, headers, fetch });
  return {
    languageModel: (name) => mendModel(provider.languageModel(name), cohereMending),
    embeddingModel: (name) => provider.embeddingModel(name),
    rerankingModel: (name) => provider.rerankingModel(name),
  };
}
