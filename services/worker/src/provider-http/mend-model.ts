import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider';

/** How an answer ended and what it used: what plain answers and streams tell alike. */
export type AnswerEnd = Pick<LanguageModelV4GenerateResult, 'finishReason' | 'usage'>;

/** What a provider's package leaves out although the wire carries it. */
export interface Mending {
  /** Changes a call before the package sees it. */
  readonly call?: (options: LanguageModelV4CallOptions) => LanguageModelV4CallOptions;
  /** Changes how an answer ended; `usage.raw` and `finishReason.raw` hold the provider's own words. */
  readonly end?: (end: AnswerEnd) => AnswerEnd;
}

/** A package's model with what it leaves out put in again. */
export function mendModel(model: LanguageModelV4, { call = same, end = same }: Mending): LanguageModelV4 {
  return {
    specificationVersion: model.specificationVersion,
    provider: model.provider,
    modelId: model.modelId,
    supportedUrls: model.supportedUrls,
    async doGenerate(options) {
      const result = await model.doGenerate(call(options));
      return { ...result, ...end({ finishReason: result.finishReason, usage: result.usage }) };
    },
    async doStream(options) {
      const result = await model.doStream(call(options));
      const mended = new TransformStream<LanguageModelV4StreamPart, LanguageModelV4StreamPart>({
        transform(part, controller) {
          controller.enqueue(
            part.type === 'finish' ? { ...part, ...end({ finishReason: part.finishReason, usage: part.usage }) } : part,
          );
        },
      });
      return { ...result, stream: result.stream.pipeThrough(mended) };
    },
  };
}

function same<Value>(value: Value): Value {
  return value;
}
