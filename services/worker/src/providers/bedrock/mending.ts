import type { EmbeddingModelV4, LanguageModelV4 } from '@ai-sdk/provider';
import { mendModel, type Mending } from '../../provider-http/mend-model.js';
import { streamErrors } from './errors.js';

/** A stream that ends without its stop event has no reason at all: it was cut. */
const mending: Mending = {
  end: ({ finishReason, usage }) => ({
    finishReason:
      finishReason.raw === undefined && finishReason.unified === 'other'
        ? { unified: 'interrupted', raw: undefined }
        : finishReason,
    usage,
  }),
  errors: streamErrors,
};

/**
 * A package's model that knows a cut stream and tells exceptions within one apart. Bedrock could fetch files from S3 by
 * itself, but with our rights and not the caller's: it gets none of their addresses.
 */
export function mended(model: LanguageModelV4): LanguageModelV4 {
  return { ...mendModel(model, mending), supportedUrls: {} };
}

/** Tokens stand in a header that not every endpoint sends; without it the package counts none as a number that is none. */
export function mendedEmbedding(model: EmbeddingModelV4): EmbeddingModelV4 {
  return {
    specificationVersion: model.specificationVersion,
    provider: model.provider,
    modelId: model.modelId,
    maxEmbeddingsPerCall: model.maxEmbeddingsPerCall,
    supportsParallelCalls: model.supportsParallelCalls,
    async doEmbed(options) {
      const { usage, ...result } = await model.doEmbed(options);
      return usage && !Number.isNaN(usage.tokens) ? { ...result, usage } : result;
    },
  };
}
