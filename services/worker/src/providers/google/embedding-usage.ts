import type { EmbeddingModelV4 } from '@ai-sdk/provider';

interface WireEmbeddings {
  usageMetadata?: { promptTokenCount?: unknown };
}

/** Reads the count of tokens that the API gives beside embeddings, and the package leaves out. */
export function withPromptTokens(model: EmbeddingModelV4): EmbeddingModelV4 {
  return {
    specificationVersion: model.specificationVersion,
    provider: model.provider,
    modelId: model.modelId,
    maxEmbeddingsPerCall: model.maxEmbeddingsPerCall,
    supportsParallelCalls: model.supportsParallelCalls,
    async doEmbed(options) {
      const result = await model.doEmbed(options);
      const tokens = (result.response?.body as WireEmbeddings | undefined)?.usageMetadata?.promptTokenCount;
      return typeof tokens === 'number' ? { ...result, usage: { tokens } } : result;
    },
  };
}
