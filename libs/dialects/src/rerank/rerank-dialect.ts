import type { CallerDialect } from '../caller-dialect.js';
import { estimateTokens } from '../json-operation/estimate-tokens.js';
import { defineJsonOperation } from '../json-operation/json-operation.js';
import { readRerankAnswer } from './read-answer.js';
import { rerankRequestSchema } from './request-schema.js';

const DOCUMENTS_PER_SEARCH = 100;

/** Reranking in Cohere's form (`POST /v1/rerank`, `POST /v2/rerank`) as a dialect of callers; errors in OpenAI's form. */
export const rerankDialect: CallerDialect = defineJsonOperation({
  name: 'rerank',
  operation: 'rerank',
  schema: rerankRequestSchema,
  // The query is read beside every document.
  estimateTokens: ({ request, members }) =>
    estimateTokens(members, ['documents']) + request.documents.length * estimateTokens(members, ['query']),
  // By Cohere's definition, of which the answer knows better: documents that are too long count more than once.
  unitsOf: ({ documents }) => ({ searches: Math.ceil(documents.length / DOCUMENTS_PER_SEARCH) }),
  readAnswer: readRerankAnswer,
});
