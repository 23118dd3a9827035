import type { DialectFacts } from '../caller-dialect.js';
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
  return {
    dialect: 'openai-completions',
    operation: 'text_completion',
    model: request.model,
    stream: request.stream === true,
    usageAsked: request.stream_options?.include_usage === true,
    estimatedPromptTokens: tokensOf(request.prompt),
    ...(request.max_tokens ? { maxCompletionTokens: request.max_tokens } : {}),
    ...(request.user ? { endUser: request.user } : {}),
    bodyBytes: body.length,
    spans: streamOptions ? { model, streamOptions } : { model },
  };
}

/** Prompts of tokens are counted, those of text estimated by their size. */
function tokensOf(prompt: CompletionRequest['prompt']): number {
  if (typeof prompt === 'string') return Math.ceil(Buffer.byteLength(prompt) / BYTES_PER_TOKEN);
  return prompt.reduce<number>((sum, part) => {
    if (typeof part === 'number') return sum + 1;
    return sum + (typeof part === 'string' ? Math.ceil(Buffer.byteLength(part) / BYTES_PER_TOKEN) : part.length);
  }, 0);
}
