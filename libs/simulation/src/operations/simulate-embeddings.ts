import { ChatRequestError } from '../chat/chat-request.js';
import { chanceOf, hashPrompt } from '../text/prompt-hash.js';
import { countTokens } from '../text/tokens.js';
import { jsonAnswer, type OperationAnswer } from './operation-answer.js';
import type { OperationRequest } from './operation-request.js';

const NATURAL_DIMENSIONS = 256;
const MOST_DIMENSIONS = 4_096;

/** Answers an embeddings request: for every input a vector of length 1 that follows from the model and the text alone. */
export function simulateEmbeddings({ model, fields }: OperationRequest): OperationAnswer {
  const dimensions = dimensionsOf(fields.dimensions);
  const isBase64 = fields.encoding_format === 'base64';
  const inputs = inputsOf(fields.input);
  const promptTokens = inputs.reduce<number>((sum, input) => sum + tokensOf(input), 0);
  const data = inputs.map((input, index) => {
    const vector = unitVector(model, String(input), dimensions);
    const embedding = isBase64 ? Buffer.from(Float32Array.from(vector).buffer).toString('base64') : vector;
    return { object: 'embedding', index, embedding };
  });
  const usage = { prompt_tokens: promptTokens, total_tokens: promptTokens };
  return jsonAnswer({ object: 'list', data, model, usage }, promptTokens);
}

type Input = string | readonly number[];

function inputsOf(input: unknown): readonly Input[] {
  const isTokens = (value: unknown): boolean => Array.isArray(value) && value.every(Number.isInteger);
  if (typeof input === 'string') return [input];
  if (Array.isArray(input) && input.length > 0) {
    if (isTokens(input)) return [input as number[]];
    if (input.every((part) => typeof part === 'string' || isTokens(part))) return input as Input[];
  }
  throw new ChatRequestError('input must be a string, an array of strings, or arrays of tokens.', 'input');
}

function tokensOf(input: Input): number {
  return typeof input === 'string' ? countTokens(input) : input.length;
}

function dimensionsOf(value: unknown): number {
  if (value === undefined || value === null) return NATURAL_DIMENSIONS;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MOST_DIMENSIONS) return value;
  throw new ChatRequestError(`dimensions must be a whole number from 1 to ${MOST_DIMENSIONS}.`, 'dimensions');
}

function unitVector(model: string, text: string, dimensions: number): number[] {
  const hash = hashPrompt({ model, seed: 0, messages: [{ role: 'embedding', texts: [text] }] });
  const raw = Array.from({ length: dimensions }, (_, index) => 2 * chanceOf(hash, index) - 1);
  const length = Math.hypot(...raw) || 1;
  return raw.map((value) => value / length);
}
