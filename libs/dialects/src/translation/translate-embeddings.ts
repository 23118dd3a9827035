import type { EmbeddingModelV4, EmbeddingModelV4CallOptions, EmbeddingModelV4Result } from '@ai-sdk/provider';
import type { Usage } from '#libs/contracts';
import { DialectStreamError } from '../caller-dialect.js';
import { DialectError } from '../dialect-error.js';
import { readJsonRequest } from '../json-operation/read-json-request.js';
import { embeddingsRequestSchema, type EmbeddingsRequest } from '../openai-embeddings/request-schema.js';
import { lostFields, refuseLosses, sentenceOf } from './losses.js';
import type { OperationAnswer, OperationCall } from './operation-call.js';
import { PartlyFailed } from './partly-failed.js';

const CARRIED = ['model', 'input', 'dimensions', 'encoding_format', 'stream', 'input_type'];
const CALLS_AT_ONCE = 4;
const BYTES_PER_NUMBER = 4;

/** What kind of text is embedded, in the words that Cohere, Bedrock and NVIDIA share; no field of OpenAI's own. */
const INPUT_TYPES = ['search_document', 'search_query', 'classification', 'clustering'];

/**
 * Serves an embeddings request by a model in the AI SDK's terms, in as many calls as the model needs for the inputs.
 * @throws DialectError 400 for inputs of tokens, which only models of the same tokeniser could read.
 * @throws PartlyFailed where some of the calls were made and others failed.
 * @throws DialectStreamError of class `bad_answer` where there are not as many embeddings as inputs.
 */
export async function translateEmbeddings(model: EmbeddingModelV4, call: OperationCall): Promise<OperationAnswer> {
  const { request } = readJsonRequest(call.body, embeddingsRequestSchema);
  const values = textsOf(request.input);
  const dimensions = request.dimensions ?? undefined;
  const lost = lostFields(request, CARRIED);
  refuseLosses(lost, call.unsupported);
  const results = await embed(model, values, {
    abortSignal: call.signal,
    ...(dimensions === undefined ? {} : { dimensions }),
    providerOptions: providerOptionsOf(request),
  });
  const vectors = results.flatMap(({ embeddings }) => embeddings);
  const own = new Set(results.flatMap(({ warnings }) => warnings.map(sentenceOf)));
  if (dimensions !== undefined && vectors.some(({ length }) => length !== dimensions)) {
    own.add(`'dimensions' was not honoured by the model: its embeddings have ${vectors[0]?.length ?? 0}.`);
  }
  refuseLosses([...own], call.unsupported, toldUsage(results));
  const usage = usageOf(results);
  const json = {
    object: 'list',
    data: vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: request.encoding_format === 'base64' ? base64Of(vector) : vector,
    })),
    model: call.model,
    ...(usage === undefined ? {} : { usage: { prompt_tokens: usage, total_tokens: usage } }),
  };
  return { json, warnings: [...lost, ...own] };
}

function textsOf(input: EmbeddingsRequest['input']): string[] {
  if (typeof input === 'string') return [input];
  if (input.every((part): part is string => typeof part === 'string')) return input;
  throw new DialectError(
    400,
    'unsupported_input',
    'This provider embeds text only; send the text in place of its tokens.',
    'input',
  );
}

async function embed(
  model: EmbeddingModelV4,
  values: readonly string[],
  options: Omit<EmbeddingModelV4CallOptions, 'values'>,
): Promise<EmbeddingModelV4Result[]> {
  const perCall = (await model.maxEmbeddingsPerCall) ?? values.length;
  const atOnce = (await model.supportsParallelCalls) ? CALLS_AT_ONCE : 1;
  const results: EmbeddingModelV4Result[] = [];
  for (let start = 0; start < values.length; start += perCall * atOnce) {
    const starts = Array.from({ length: atOnce }, (_, index) => start + index * perCall);
    const calls = starts
      .filter((from) => from < values.length)
      .map((from) => embedOnce(model, { ...options, values: values.slice(from, from + perCall) }));
    // All are waited for: what the others use is to be paid for, whichever of them fails.
    const outcomes = await Promise.allSettled(calls);
    results.push(...outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : [])));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw partlyFailed(failed.reason, results);
  }
  return results;
}

async function embedOnce(
  model: EmbeddingModelV4,
  options: EmbeddingModelV4CallOptions,
): Promise<EmbeddingModelV4Result> {
  const result = await model.doEmbed(options);
  const { length } = result.embeddings;
  if (length === options.values.length) return result;
  const sentence = `the provider gave ${length} embeddings for ${options.values.length} inputs`;
  throw new DialectStreamError('bad_answer', sentence, toldUsage([result]));
}

function partlyFailed(reason: unknown, results: readonly EmbeddingModelV4Result[]): unknown {
  const own = reason instanceof DialectStreamError ? reason.usage : undefined;
  const usage = toldUsage(results, own?.promptTokens);
  return usage ? new PartlyFailed(usage, reason) : reason;
}

/** What those of the calls used that told it, beside tokens that are known already. */
function toldUsage(results: readonly EmbeddingModelV4Result[], known = 0): Usage | undefined {
  const counts = results.map(({ usage }) => usage?.tokens ?? 0).filter((tokens) => Number.isSafeInteger(tokens));
  const promptTokens = counts.reduce((sum, tokens) => sum + tokens, known);
  return promptTokens > 0 ? { promptTokens, completionTokens: 0 } : undefined;
}

/** What some packages take by options of their own only; each reads those under its name and knows no other values. */
function providerOptionsOf(request: EmbeddingsRequest): NonNullable<EmbeddingModelV4CallOptions['providerOptions']> {
  const { dimensions } = request;
  const among = (...known: number[]): number | undefined => known.find((value) => value === dimensions);
  const inputType = INPUT_TYPES.find((type) => type === request.input_type);
  const shared = defined({ inputType, outputDimension: among(256, 512, 1_024, 1_536) });
  const bedrock = defined({
    dimensions: among(256, 512, 1_024),
    embeddingDimension: among(256, 384, 1_024, 3_072),
  });
  return { cohere: shared, amazonBedrock: { ...shared, ...bedrock } };
}

function defined<Value>(values: Readonly<Record<string, Value | undefined>>): Record<string, Value> {
  const kept = Object.entries(values).filter((entry): entry is [string, Value] => entry[1] !== undefined);
  return Object.fromEntries(kept);
}

/** Undefined where a call told none, so that it is estimated and not half of it billed. */
function usageOf(results: readonly EmbeddingModelV4Result[]): number | undefined {
  let tokens = 0;
  for (const { usage } of results) {
    if (usage === undefined || !Number.isFinite(usage.tokens)) return undefined;
    tokens += usage.tokens;
  }
  return tokens;
}

/** The numbers as 32-bit floats in little-endian order, as OpenAI's clients ask for them. */
function base64Of(vector: readonly number[]): string {
  const bytes = Buffer.allocUnsafe(vector.length * BYTES_PER_NUMBER);
  vector.forEach((value, index) => bytes.writeFloatLE(value, index * BYTES_PER_NUMBER));
  return bytes.toString('base64');
}
