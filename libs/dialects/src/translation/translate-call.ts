import type {
  EmbeddingModelV4,
  ImageModelV4,
  LanguageModelV4,
  LanguageModelV4StreamPart,
  RerankingModelV4,
} from '@ai-sdk/provider';
import type { Facts, Operation, UnsupportedPolicy } from '#libs/contracts';
import { dialectNamed } from '../dialects.js';
import { fetchFiles, type FetchFile } from './fetch-files.js';
import { refuseLosses, sentenceOf } from './losses.js';
import { lossesAt } from './request-losses.js';
import { requireWhole } from './require-whole.js';
import { toldUsage } from './told-usage.js';
import type { OperationAnswer } from './operation-call.js';
import { translateEmbeddings } from './translate-embeddings.js';
import { translateImages } from './translate-images.js';
import { translateRerank } from './translate-rerank.js';
import type { AnswerContext, StreamEncoder, Translation } from './translation.js';
import { Untranslatable } from './untranslatable.js';

/** What models of language are asked for. */
const TEXT_OPERATIONS: ReadonlySet<Operation> = new Set(['chat', 'text_completion']);

const ESTIMATED = 'The tokens are estimated by their size: this provider does not count them.';

/** The models of a provider by its own names for them; what it does not offer is absent. */
export interface ProviderModels {
  languageModel?(name: string): LanguageModelV4;
  embeddingModel?(name: string): EmbeddingModelV4;
  rerankingModel?(name: string): RerankingModelV4;
  imageModel?(name: string): ImageModelV4;
}

/** A call of a provider that does not speak the caller's dialect. */
export interface CallToTranslate {
  readonly facts: Facts;
  readonly body: Uint8Array;
  /** The provider's name of the model. */
  readonly model: string;
  readonly unsupported: UnsupportedPolicy;
  readonly signal: AbortSignal;
  /** Gets a file that the model cannot get by itself. */
  readonly fetchFile: FetchFile;
}

/** An answer in the caller's dialect. */
export interface TranslatedAnswer {
  readonly contentType: string;
  readonly body: AsyncIterable<Uint8Array>;
  readonly warnings: readonly string[];
}

/**
 * Calls a model through the AI SDK's interface and gives its answer in the caller's dialect, as the bytes that a provider of that
 * dialect would have sent. Throws `Untranslatable` where there is no way, or where the policy refuses what would be lost;
 * otherwise what the provider package threw (`APICallError` for an answer with an error status).
 */
export async function translateCall(models: ProviderModels, call: CallToTranslate): Promise<TranslatedAnswer> {
  const { dialect, operation } = call.facts;
  const own = dialectNamed(dialect).ownAnswer?.(call.facts);
  if (own !== undefined) {
    refuseLosses([ESTIMATED], call.unsupported);
    return { contentType: 'application/json', body: only(Buffer.from(own)), warnings: [ESTIMATED] };
  }
  const whole = translateWhole(models, call);
  if (whole) {
    const { json, warnings } = await whole;
    return { contentType: 'application/json', body: only(Buffer.from(JSON.stringify(json))), warnings };
  }
  const { translation } = dialectNamed(dialect);
  if (!translation || !models.languageModel || !TEXT_OPERATIONS.has(operation)) {
    throw new Untranslatable(`this provider cannot serve ${operation} requests of the dialect ${dialect}`);
  }
  return translateChat(models.languageModel(call.model), translation, call);
}

/** The operations other than text, which have one dialect each; undefined where the provider has no model for one. */
function translateWhole(models: ProviderModels, call: CallToTranslate): Promise<OperationAnswer> | undefined {
  const operationCall = { ...call, requestId: call.facts.requestId };
  const { operation } = call.facts;
  if (operation === 'embeddings' && models.embeddingModel)
    return translateEmbeddings(models.embeddingModel(call.model), operationCall);
  if (operation === 'rerank' && models.rerankingModel)
    return translateRerank(models.rerankingModel(call.model), operationCall);
  if (operation === 'image_generation' && models.imageModel)
    return translateImages(models.imageModel(call.model), operationCall);
  return undefined;
}

async function translateChat(
  model: LanguageModelV4,
  translation: Translation,
  call: CallToTranslate,
): Promise<TranslatedAnswer> {
  const { options: read, ...losses } = translation.readRequest(call.body);
  const warnings = lossesAt(model.provider, losses);
  refuseLosses(warnings, call.unsupported);
  const prompt = await fetchFiles(read.prompt, await model.supportedUrls, call);
  const options = { ...read, prompt, abortSignal: call.signal };
  const context: AnswerContext = {
    requestId: call.facts.requestId,
    model: call.model,
    createdSeconds: Math.floor(Date.now() / 1_000),
    usageAsked: call.facts.usageAsked,
    request: JSON.parse(Buffer.from(call.body).toString('utf8')),
  };
  if (call.facts.stream) {
    const { stream } = await model.doStream(options);
    return streamedAnswer(stream, translation.streamEncoder(context), { ...call, warnings });
  }
  const result = await model.doGenerate(options);
  const own = result.warnings.map(sentenceOf);
  refuseLosses(own, call.unsupported, toldUsage(result.usage));
  requireWhole(result);
  return {
    contentType: 'application/json',
    body: only(Buffer.from(translation.encodeAnswer(result, context))),
    warnings: [...warnings, ...own],
  };
}

async function streamedAnswer(
  stream: ReadableStream<LanguageModelV4StreamPart>,
  encoder: StreamEncoder,
  { unsupported, warnings }: { unsupported: UnsupportedPolicy; warnings: readonly string[] },
): Promise<TranslatedAnswer> {
  const parts = stream[Symbol.asyncIterator]();
  // The first part tells what of the request was left out; headers are made of it.
  const first = await parts.next();
  const own = !first.done && first.value.type === 'stream-start' ? first.value.warnings.map(sentenceOf) : [];
  try {
    refuseLosses(own, unsupported);
  } catch (error) {
    // Nobody will read the rest: the provider need not write it.
    await parts.return?.(undefined);
    throw error;
  }
  return { contentType: 'text/event-stream', body: encoded(first, parts, encoder), warnings: [...warnings, ...own] };
}

async function* encoded(
  first: IteratorResult<LanguageModelV4StreamPart>,
  parts: AsyncIterator<LanguageModelV4StreamPart>,
  encoder: StreamEncoder,
): AsyncGenerator<Uint8Array> {
  try {
    for (let part = first; !part.done; part = await parts.next()) {
      if (part.value.type === 'error') throw part.value.error;
      if (part.value.type === 'finish') requireWhole(part.value);
      const events = encoder.part(part.value);
      if (events !== '') yield Buffer.from(events);
    }
    const last = encoder.end();
    if (last !== '') yield Buffer.from(last);
  } finally {
    await parts.return?.(undefined);
  }
}

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
