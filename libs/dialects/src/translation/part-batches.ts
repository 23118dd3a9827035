import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4StreamPart } from '@ai-sdk/provider';

/** Parts of a streamed answer as they come, those together that came in one read. */
export type PartBatches = AsyncIterator<readonly LanguageModelV4StreamPart[], undefined>;

/**
 * A model that gives the parts of its streams without web streams in between: one of those costs more for each part than
 * everything that is done with it. The first batch holds `stream-start`, the last one `finish`.
 */
export interface BatchingModel extends LanguageModelV4 {
  streamBatches(options: LanguageModelV4CallOptions): Promise<PartBatches>;
}

/** Starts a stream in the cheapest way that the model has. Whoever stops before its end must call `return`. */
export async function startBatches(
  model: LanguageModelV4 | BatchingModel,
  options: LanguageModelV4CallOptions,
): Promise<PartBatches> {
  if ('streamBatches' in model) return model.streamBatches(options);
  return batchesOf((await model.doStream(options)).stream);
}

/** The parts of a web stream, each as a batch of its own. */
export function batchesOf(stream: ReadableStream<LanguageModelV4StreamPart>): PartBatches {
  const parts = stream[Symbol.asyncIterator]();
  return {
    async next() {
      const part = await parts.next();
      return part.done ? { done: true, value: undefined } : { done: false, value: [part.value] };
    },
    async return() {
      await parts.return?.(undefined);
      return { done: true, value: undefined };
    },
  };
}
