import type { CallerDialect } from '../caller-dialect.js';
import { estimateTokens } from '../json-operation/estimate-tokens.js';
import { defineJsonOperation } from '../json-operation/json-operation.js';
import { imageAskedFor } from './image-asked-for.js';
import { readImagesAnswer } from './read-answer.js';
import { imagesRequestSchema } from './request-schema.js';

/** OpenAI image generation (`POST /v1/images/generations`) as a dialect of callers. */
export const imagesDialect: CallerDialect = defineJsonOperation({
  name: 'openai-images',
  operation: 'image_generation',
  schema: imagesRequestSchema,
  estimateTokens: ({ members }) => estimateTokens(members, ['prompt']),
  choicesOf: ({ n }) => n ?? 1,
  imageOf: ({ size, quality }) => imageAskedFor(size, quality),
  readAnswer: readImagesAnswer,
});
