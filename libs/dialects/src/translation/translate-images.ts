import type { ImageModelV4, ImageModelV4CallOptions, ImageModelV4Result } from '@ai-sdk/provider';
import { readJsonRequest } from '../json-operation/read-json-request.js';
import { imagesDialect } from '../openai-images/images-dialect.js';
import { imagesRequestSchema } from '../openai-images/request-schema.js';
import { lostFields, refuseLosses, sentenceOf } from './losses.js';
import type { OperationAnswer, OperationCall } from './operation-call.js';
import { Untranslatable } from './untranslatable.js';

const CARRIED = ['model', 'prompt', 'n', 'size', 'response_format', 'stream'];

/** Serves an image generation request by a model in the AI SDK's terms. Images come as base64, whatever was asked for. */
export async function translateImages(model: ImageModelV4, call: OperationCall): Promise<OperationAnswer> {
  // Forms with images to change go to providers of their own dialect only.
  if (call.facts.dialect !== imagesDialect.name)
    throw new Untranslatable(`this provider cannot serve requests of the dialect ${call.facts.dialect}`);
  const { request } = readJsonRequest(call.body, imagesRequestSchema);
  const lost = lostFields(request, CARRIED);
  if (request.response_format === 'url') lost.push("'response_format' is 'b64_json' with this provider, never 'url'.");
  const size = sizeOf(request.size);
  if (size === 'unknown') lost.push("'size' cannot be carried to this provider; it takes width x height or auto.");
  refuseLosses(lost, call.unsupported);
  const results = await generate(model, request.n ?? 1, {
    prompt: request.prompt,
    size: size === 'unknown' ? undefined : size,
    aspectRatio: undefined,
    seed: undefined,
    files: undefined,
    mask: undefined,
    providerOptions: {},
    abortSignal: call.signal,
  });
  const own = [...new Set(results.flatMap(({ warnings }) => warnings.map(sentenceOf)))];
  refuseLosses(own, call.unsupported);
  const json = {
    created: Math.floor((results[0]?.response.timestamp.getTime() ?? 0) / 1_000),
    data: results.flatMap(({ images }) => images.map((image) => ({ b64_json: base64Of(image) }))),
    ...usageOf(results),
  };
  return { json, warnings: [...lost, ...own] };
}

function sizeOf(size: string | null | undefined): `${number}x${number}` | 'unknown' | undefined {
  if (size === null || size === undefined || size === 'auto') return undefined;
  const [, width, height] = /^(\d{1,5})x(\d{1,5})$/.exec(size) ?? [];
  return width === undefined || height === undefined ? 'unknown' : `${Number(width)}x${Number(height)}`;
}

/** One call after the other where the model makes fewer images in one than were asked for. */
async function generate(
  model: ImageModelV4,
  count: number,
  options: Omit<ImageModelV4CallOptions, 'n'>,
): Promise<ImageModelV4Result[]> {
  const { maxImagesPerCall: most } = model;
  const perCall = (typeof most === 'function' ? await most({ modelId: model.modelId }) : most) ?? 1;
  const results: ImageModelV4Result[] = [];
  for (let left = count; left > 0; left -= perCall) {
    results.push(await model.doGenerate({ ...options, n: Math.min(left, perCall) }));
  }
  return results;
}

function base64Of(image: string | Uint8Array): string {
  return typeof image === 'string' ? image : Buffer.from(image).toString('base64');
}

/** Nothing where a call told none: it is estimated then. */
function usageOf(results: readonly ImageModelV4Result[]): { usage?: object } {
  let [input, output] = [0, 0];
  for (const { usage } of results) {
    if (usage?.inputTokens === undefined || usage.outputTokens === undefined) return {};
    input += usage.inputTokens;
    output += usage.outputTokens;
  }
  return { usage: { input_tokens: input, output_tokens: output, total_tokens: input + output } };
}
