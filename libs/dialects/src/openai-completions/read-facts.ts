import type { DialectFacts } from '../caller-dialect.js';
import { addBodyFacts } from '../body-facts/add-body-facts.js';
import { DialectError } from '../dialect-error.js';
import { readJsonRequest } from '../json-operation/read-json-request.js';
import { completionRequestSchema, type CompletionRequest } from './request-schema.js';

const BYTES_PER_TOKEN = 4;

/**
 * Reads the facts of a legacy Completions request from its bytes.
 * @throws DialectError 400 that names the field at fault, for anything that is not such a request.
 */
export function readCompletionFacts(body: Uint8Array): DialectFacts {
  const { request, members } = readJsonRequest(body, completionRequestSchema);
  const model = members.get('model');
  if (!model) throw new DialectError(400, 'invalid_json', 'The body must be a JSON object.');
  const streamOptions = members.get('stream_options');
  const tokens = tokensOfEach(request.prompt);
  // Each prompt is answered, and all answers are paid for from which the best are chosen.
  const choices = tokens.length * Math.max(request.n ?? 1, request.best_of ?? 1);
  const facts: DialectFacts = {
    dialect: 'openai-completions',
    operation: 'text_completion',
    model: request.model,
    stream: request.stream === true,
    usageAsked: request.stream_options?.include_usage === true,
    estimatedPromptTokens: tokens.reduce((sum, count) => sum + count, 0),
    ...(tokens.length > 1 ? { longestPromptTokens: tokens.reduce((most, count) => Math.max(most, count), 0) } : {}),
    ...(request.max_tokens ? { maxCompletionTokens: request.max_tokens } : {}),
    ...(choices > 1 ? { choices } : {}),
    ...(request.user ? { endUser: request.user } : {}),
    bodyBytes: body.length,
    spans: streamOptions ? { model, streamOptions } : { model },
  };
  addBodyFacts(facts, { request, members });
  return facts;
}

/** The tokens of each prompt: those of numbers are counted, those of text estimated by their size. */
function tokensOfEach(prompt: CompletionRequest['prompt']): number[] {
  if (typeof prompt === 'string') return [tokensOfText(prompt)];
  const prompts = prompt.filter((part) => typeof part !== 'number');
  // A list of numbers is one prompt.
  if (prompts.length === 0) return [prompt.length];
  return prompts.map((part) => (typeof part === 'string' ? tokensOfText(part) : part.length));
}

function tokensOfText(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN);
}
