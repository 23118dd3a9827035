import type {
  EmbeddingModelV4,
  ImageModelV4,
  LanguageModelV4,
  LanguageModelV4StreamPart,
  RerankingModelV4,
} from '@ai-sdk/provider';
import type { Facts, Operation, UnsupportedPolicy } from '#libs/contracts';
import { BETA_HEADER } from '../anthropic-messages/passed-headers.js';
import { USED_UP_MEMBERS } from '../caller-wishes/own-fields.js';
import { dialectNamed } from '../dialects.js';
import { withoutMembers } from '../without-members.js';
import { fetchFiles, type FetchFile } from './fetch-files.js';
import { lossesIn, refuseLosses } from './losses.js';
import { lossesAt } from './request-losses.js';
import { requireWhole } from './require-whole.js';
import { toldUsage } from './told-usage.js';
import type { OperationAnswer } from './operation-call.js';
import { startBatches, type BatchingModel, type PartBatches } from './part-batches.js';
import { sayablePrompt } from './sayable-prompt.js';
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
  languageModel?(name: string): LanguageModelV4 | BatchingModel;
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
  /** Most tokens the model gives in one answer, where that is known. */
  readonly maxOutputTokens?: number | undefined;
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
  model: LanguageModelV4 | BatchingModel,
  translation: Translation,
  call: CallToTranslate,
): Promise<TranslatedAnswer> {
  const { options: read, ...losses } = translation.readRequest(bodyWithoutWishes(call));
  const sayable = sayablePrompt(read.prompt, model.provider);
  const warnings = [...lossesAt(model.provider, losses), ...sayable.warnings, ...lostHeaders(call.facts)];
  refuseLosses(warnings, call.unsupported);
  const prompt = await fetchFiles(sayable.prompt, await model.supportedUrls, call);
  const maxOutputTokens = read.maxOutputTokens ?? limitAt(model.provider, call);
  const options = {
    ...read,
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    prompt,
    abortSignal: call.signal,
  };
  const context = contextOf(call);
  if (call.facts.stream) {
    const batches = await startBatches(model, options);
    return streamedAnswer(batches, translation.streamEncoder(context), { ...call, read, warnings });
  }
  const result = await model.doGenerate(options);
  const own = lossesIn(result.warnings, read);
  refuseLosses(own, call.unsupported, toldUsage(result.usage));
  requireWhole(result);
  return {
    contentType: 'application/json',
    body: only(Buffer.from(translation.encodeAnswer(result, context))),
    warnings: [...warnings, ...own],
  };
}

/** What has been followed already is no loss; the rest of what is meant for us is told as one. */
function bodyWithoutWishes({ body, facts: { ownMembers } }: CallToTranslate): Uint8Array {
  const usedUp = ownMembers?.filter((name) => USED_UP_MEMBERS.includes(name)) ?? [];
  return usedUp.length > 0 ? withoutMembers(body, usedUp) : body;
}

/** Headers by which a caller asks for something that only a provider of its dialect knows. */
function lostHeaders({ passedHeaders }: Facts): string[] {
  const beta = passedHeaders?.[BETA_HEADER];
  return beta === undefined ? [] : [`The header '${BETA_HEADER}' (${beta}) cannot be carried to this provider.`];
}

type AnswerLimit = Pick<CallToTranslate, 'maxOutputTokens'>;

/** Anthropic's API demands a limit; the least that its package could choose for a model it does not know would cut answers short. */
function limitAt(provider: string, { maxOutputTokens }: AnswerLimit): number | undefined {
  return provider.includes('anthropic') ? maxOutputTokens : undefined;
}

function contextOf({ facts, model, body }: CallToTranslate): AnswerContext {
  let request: unknown;
  return {
    requestId: facts.requestId,
    model,
    createdSeconds: Math.floor(Date.now() / 1_000),
    usageAsked: facts.usageAsked,
    // Parsed for those dialects only whose answers repeat something of it.
    get request() {
      return (request ??= JSON.parse(Buffer.from(body).toString('utf8')));
    },
  };
}

async function streamedAnswer(
  batches: PartBatches,
  encoder: StreamEncoder,
  {
    unsupported,
    read,
    warnings,
  }: Pick<CallToTranslate, 'unsupported'> & { read: AnswerLimit; warnings: readonly string[] },
): Promise<TranslatedAnswer> {
  // The first part tells what of the request was left out; headers are made of it.
  const first = await batches.next();
  const start = first.value?.[0];
  const own = start?.type === 'stream-start' ? lossesIn(start.warnings, read) : [];
  try {
    refuseLosses(own, unsupported);
  } catch (error) {
    // Nobody will read the rest: the provider need not write it.
    await batches.return?.();
    throw error;
  }
  return { contentType: 'text/event-stream', body: encoded(first, batches, encoder), warnings: [...warnings, ...own] };
}

async function* encoded(
  first: IteratorResult<readonly LanguageModelV4StreamPart[]>,
  batches: PartBatches,
  encoder: StreamEncoder,
): AsyncGenerator<Uint8Array> {
  try {
    for (let batch = first; !batch.done; batch = await batches.next()) {
      const { events, failure } = encodedBatch(batch.value, encoder);
      if (events !== '') yield Buffer.from(events);
      if (failure) throw failure.error;
    }
    const last = encoder.end();
    if (last !== '') yield Buffer.from(last);
  } finally {
    await batches.return?.();
  }
}

/** The events of a batch; where one of its parts fails, those of the parts before it. */
function encodedBatch(
  parts: readonly LanguageModelV4StreamPart[],
  encoder: StreamEncoder,
): { events: string; failure?: { error: unknown } } {
  let events = '';
  try {
    for (const part of parts) {
      if (part.type === 'error') return { events, failure: part };
      if (part.type === 'finish') requireWhole(part);
      events += encoder.part(part);
    }
  } catch (error) {
    return { events, failure: { error } };
  }
  return { events };
}

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
