import type { CallerDialect } from '../caller-dialect.js';
import { estimateTokens } from '../json-operation/estimate-tokens.js';
import { defineJsonOperation } from '../json-operation/json-operation.js';
import { readEmbeddingsAnswer } from './read-answer.js';
import { embeddingsRequestSchema, type EmbeddingsRequest } from './request-schema.js';

/** OpenAI Embeddings (`POST /v1/embeddings`) as a dialect of callers. */
export const embeddingsDialect: CallerDialect = defineJsonOperation({
  name: 'openai-embeddings',
  operation: 'embeddings',
  schema: embeddingsRequestSchema,
  estimateTokens: ({ request, members }) => countTokens(request.input) ?? estimateTokens(members, ['input']),
  readAnswer: readEmbeddingsAnswer,
});

/** Inputs that are tokens already need no estimate. */
function countTokens(input: EmbeddingsRequest['input']): number | undefined {
  if (typeof input === 'string' || typeof input[0] === 'string') return undefined;
  return (input as (number | number[])[]).reduce<number>(
    (sum, part) => sum + (typeof part === 'number' ? 1 : part.length),
    0,
  );
}
