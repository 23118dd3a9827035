import type { CallerDialect } from '../caller-dialect.js';
import { estimateTokens } from '../json-operation/estimate-tokens.js';
import { defineJsonOperation } from '../json-operation/json-operation.js';
import { readModerationsAnswer } from './read-answer.js';
import { moderationsRequestSchema } from './request-schema.js';

/** OpenAI moderations (`POST /v1/moderations`) as a dialect of callers. A request need not name a model, as with OpenAI. */
export const moderationsDialect: CallerDialect = defineJsonOperation({
  name: 'openai-moderations',
  operation: 'moderation',
  schema: moderationsRequestSchema,
  defaultModel: 'omni-moderation-latest',
  estimateTokens: ({ members }) => estimateTokens(members, ['input']),
  readAnswer: readModerationsAnswer,
});
