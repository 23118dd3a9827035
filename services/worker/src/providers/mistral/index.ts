import { createMistral } from '@ai-sdk/mistral';
import type { ProviderModels } from '#libs/dialects';
import { fetchThrough } from '../../provider-http/fetch-through.js';
import { mendModel } from '../../provider-http/mend-model.js';
import { providerAgent } from '../../provider-http/provider-agent.js';
import { requireCredential } from '../../provider-http/require-credential.js';
import { translatedProvider } from '../../provider-http/translated-provider.js';
import type { ProviderKind } from '../provider.js';
import { MistralBatches } from './batches.js';
import { readOptions, type MistralOptions } from './config.js';
import { classify } from './errors.js';
import { mistralMending } from './mending.js';

/** Kind `mistral`: Mistral's models by its own API. */
export const mistral: ProviderKind = {
  kind: 'mistral',
  create(rawOptions, credential, surroundings) {
    const { fetchFile } = surroundings;
    const apiKey = requireCredential('mistral', credential);
    const agent = providerAgent(surroundings);
    const options = readOptions(rawOptions);
    const models = modelsOf(options, apiKey, fetchThrough(agent));
    const batches = new MistralBatches(options, apiKey, agent);
    return translatedProvider({ agent, models, classify, secrets: () => [apiKey], fetchFile, batches });
  },
};

function modelsOf(
  { baseUrl, headers = {} }: MistralOptions,
  apiKey: string,
  fetch: typeof globalThis.fetch,
): ProviderModels {
  const provider = createMistral({ apiKey, baseURL: baseUrl, headers, fetch });
  return {
    languageModel: (name) => mendModel(provider.languageModel(name), mistralMending),
    embeddingModel: (name) => provider.embeddingModel(name),
  };
}
