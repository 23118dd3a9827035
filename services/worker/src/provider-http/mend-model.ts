import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  SharedV4Warning,
} from '@ai-sdk/provider';
import { withProbabilities, type TokenProbability } from '#libs/dialects';
import { ProbabilitiesOfStream } from './probabilities-of-stream.js';
import { StreamFailures, type StreamErrors } from './stream-failures.js';

/** How an answer ended and what it used: what plain answers and streams tell alike. */
export type AnswerEnd = Pick<LanguageModelV4GenerateResult, 'finishReason' | 'usage'>;

/** What a provider's package leaves out although the wire carries it. */
export interface Mending {
  /** Changes a call before the package sees it; `warn` takes a sentence on what that loses. */
  readonly call?: (options: LanguageModelV4CallOptions, warn: (message: string) => void) => LanguageModelV4CallOptions;
  /** Changes which URLs the provider gets by itself: media types with the patterns of their URLs. */
  readonly urls?: (urls: Readonly<Record<string, RegExp[]>>) => Record<string, RegExp[]>;
  /** Changes how an answer ended; `usage.raw` and `finishReason.raw` hold the provider's own words. */
  readonly end?: (end: AnswerEnd) => AnswerEnd;
  /** How likely the tokens were of an answer, or of an event of a stream, in the provider's own words. */
  readonly probabilitiesIn?: (answer: unknown) => TokenProbability[];
  /** How errors within streams are told; without it each of them is an event that cannot be read. */
  readonly errors?: StreamErrors;
}

/** A package's model with what it leaves out put in again. */
export function mendModel(model: LanguageModelV4, mending: Mending): LanguageModelV4 {
  const { call = same, urls, end = same, errors, probabilitiesIn } = mending;
  return {
    specificationVersion: model.specificationVersion,
    provider: model.provider,
    modelId: model.modelId,
    supportedUrls: urls ? Promise.resolve(model.supportedUrls).then(urls) : model.supportedUrls,
    async doGenerate(options) {
      const losses = new Losses();
      const result = await model.doGenerate(call(options, losses.add));
      const { finishReason, usage, warnings } = result;
      const probabilities = probabilitiesIn?.(result.response?.body) ?? [];
      return {
        ...result,
        ...end({ finishReason, usage }),
        warnings: [...warnings, ...losses.warnings],
        ...(probabilities.length > 0 && {
          providerMetadata: withProbabilities(result.providerMetadata, probabilities),
        }),
      };
    },
    async doStream(options) {
      const losses = new Losses();
      const failures = new StreamFailures(errors);
      const asked = failures.needsEvents ? { ...options, includeRawChunks: true } : options;
      const result = await model.doStream(call(asked, losses.add));
      return {
        ...result,
        stream: result.stream.pipeThrough(
          mendedStream({ end, losses, failures, probabilities: new ProbabilitiesOfStream(probabilitiesIn) }),
        ),
      };
    },
  };
}

type Parts = TransformStreamDefaultController<LanguageModelV4StreamPart>;

function mendedStream({
  end,
  losses,
  failures,
  probabilities,
}: Required<Pick<Mending, 'end'>> & {
  losses: Losses;
  failures: StreamFailures;
  probabilities: ProbabilitiesOfStream;
}): TransformStream<LanguageModelV4StreamPart, LanguageModelV4StreamPart> {
  let parts: Parts;
  const transformer = {
    start: (controller: Parts) => void (parts = controller),
    transform(part: LanguageModelV4StreamPart) {
      if (part.type === 'raw') probabilities.learnFrom(part.rawValue);
      if (!failures.take(part, parts)) parts.enqueue(probabilities.beside(mendedPart(part, { end, losses })));
    },
    flush: () => failures.end(parts),
    cancel: () => failures.abort(parts),
  };
  return new TransformStream(transformer);
}

class Losses {
  readonly warnings: SharedV4Warning[] = [];
  readonly add = (message: string): void => void this.warnings.push({ type: 'other', message });
}

function mendedPart(
  part: LanguageModelV4StreamPart,
  { end, losses }: Required<Pick<Mending, 'end'>> & { losses: Losses },
): LanguageModelV4StreamPart {
  if (part.type === 'stream-start') return { ...part, warnings: [...part.warnings, ...losses.warnings] };
  if (part.type !== 'finish') return part;
  return { ...part, ...end({ finishReason: part.finishReason, usage: part.usage }) };
}

function same<Value>(value: Value): Value {
  return value;
}
