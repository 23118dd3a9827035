import type { Usage } from '#libs/contracts';
import type { AnswerFacts } from '../caller-dialect.js';
import { isListOfRecords, isRecord, readJsonAnswer } from '../json-operation/read-json-answer.js';
import { readTokenCount, readTokenPart } from '../json-operation/read-token-count.js';

/** Reads an answer with images, by their address or as base64; models that are paid by the image report no tokens. */
export function readImagesAnswer(body: Uint8Array): AnswerFacts | undefined {
  const wire = readJsonAnswer(body);
  if (!isListOfRecords(wire?.data)) return undefined;
  if (!wire.data.every((image) => typeof image.url === 'string' || typeof image.b64_json === 'string')) {
    return undefined;
  }
  const usage = readInputOutputUsage(wire.usage);
  const tokens = usage ? ofImages(usage) : { promptTokens: 0, completionTokens: 0 };
  return { usage: { ...tokens, images: wire.data.length }, characters: 0 };
}

/** Where the provider does not say of which kind they are, tokens of the answer are those of images. */
function ofImages(usage: Usage): Usage {
  return usage.completionTokens === 0 ? usage : { imageCompletionTokens: usage.completionTokens, ...usage };
}

/** Reads a usage of `input_tokens` and `output_tokens`, which OpenAI's newer operations report. */
export function readInputOutputUsage(wire: unknown): Usage | undefined {
  if (!isRecord(wire)) return undefined;
  const promptTokens = readTokenCount(wire.input_tokens);
  const completionTokens = readTokenCount(wire.output_tokens);
  if (promptTokens === undefined || completionTokens === undefined) return undefined;
  // Transcriptions have their details under another name than images.
  const details = [wire.input_tokens_details, wire.input_token_details].find(isRecord) ?? {};
  const outputDetails = isRecord(wire.output_tokens_details) ? wire.output_tokens_details : {};
  return {
    promptTokens,
    completionTokens,
    ...readTokenPart('cachedPromptTokens', details.cached_tokens, promptTokens),
    ...readTokenPart('audioPromptTokens', details.audio_tokens, promptTokens),
    ...readTokenPart('imagePromptTokens', details.image_tokens, promptTokens),
    ...readTokenPart('imageCompletionTokens', outputDetails.image_tokens, completionTokens),
  };
}
