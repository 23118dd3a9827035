import { createAmazonBedrock } from '@ai-sdk/amazon-bedrock';
import type { ProviderModels } from '#libs/dialects';
import { fetchThrough } from '../../provider-http/fetch-through.js';
import { providerAgent } from '../../provider-http/provider-agent.js';
import { requireCredential } from '../../provider-http/require-credential.js';
import { translatedProvider } from '../../provider-http/translated-provider.js';
import type { ProviderKind } from '../provider.js';
import { readCredential, secretsOf, type AwsCredential } from './aws-credential.js';
import { BedrockBatches } from './batches.js';
import { readOptions, type BedrockOptions } from './config.js';
import { classify, withExceptionName } from './errors.js';
import { mended, mendedEmbedding } from './mending.js';
import { modelIdOf } from './model-id.js';

/** Kind `bedrock`: Amazon Bedrock by its Converse API, with signed requests or with an API key. */
export const bedrock: ProviderKind = {
  kind: 'bedrock',
  create(rawOptions, rawCredential, surroundings) {
    const { fetchFile } = surroundings;
    const credential = readCredential(requireCredential('bedrock', rawCredential));
    const agent = providerAgent(surroundings);
    const options = readOptions(rawOptions);
    const models = modelsOf(options, credential, fetchThrough(agent));
    const secrets = secretsOf(credential);
    const provider = translatedProvider({ agent, models, classify, secrets: () => secrets, fetchFile });
    const batches = options.batches && new BedrockBatches(options, options.batches, { credential, agent });
    return { ...provider, batches, call: async (call) => withExceptionName(await provider.call(call)) };
  },
};

function modelsOf(
  { region, baseUrl, profilePrefix }: BedrockOptions,
  credential: AwsCredential,
  fetch: typeof globalThis.fetch,
): ProviderModels {
  const provider = createAmazonBedrock({
    region,
    ...(baseUrl === undefined ? {} : { baseURL: baseUrl }),
    ...credential,
    fetch,
  });
  return {
    languageModel: (name) => mended(provider.languageModel(modelIdOf(name, profilePrefix))),
    embeddingModel: (name) => mendedEmbedding(provider.embeddingModel(name)),
    rerankingModel: (name) => provider.rerankingModel(name),
    imageModel: (name) => provider.imageModel(name),
  };
}
