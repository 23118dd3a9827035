import type { Usage } from '#libs/contracts';
import type { AnswerFacts } from '../caller-dialect.js';
import { isListOfRecords, isRecord, readJsonAnswer } from '../json-operation/read-json-answer.js';
import { readTokenCount } from '../json-operation/read-token-count.js';

/** Reads an answer with images, by their address or as base64; models that are paid by the image report no usage. */
export function readImagesAnswer(body: Uint8Array): AnswerFacts | undefined {
  const wire = readJsonAnswer(body);
  if (!isListOfRecords(wire?.data)) return undefined;
  if (!wire.data.every((image) => typeof image.url === 'string' || typeof image.b64_json === 'string')) {
    return undefined;
  }
  const usage = readInputOutputUsage(wire.usage);
  return { ...(usage ? { usage } : {}), characters: 0 };
}

/** Reads a usage of `input_tokens` and `output_tokens`, which OpenAI's newer operations report. */
export function readInputOutputUsage(wire: unknown): Usage | undefined {
  if (!isRecord(wire)) return undefined;
  const promptTokens = readTokenCount(wire.input_tokens);
  const completionTokens = readTokenCount(wire.output_tokens);
  if (promptTokens === undefined || completionTokens === undefined) return undefined;
  return { promptTokens, completionTokens };
}
