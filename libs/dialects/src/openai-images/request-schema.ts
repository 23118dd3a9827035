import { z } from 'zod';

/**
 * The fields of an image generation request that Switchyard reads; all others pass through. Source: the OpenAI API's types
 * (`ImageGenerateParams` of the `openai` package). `model` is required here: there is no model to fall back to.
 */
export const imagesRequestSchema = z.looseObject({
  model: z.string().min(1).max(200),
  prompt: z.string().min(1),
  n: z.int().min(1).max(10).nullish(),
  size: z.string().max(50).nullish(),
  quality: z.string().max(50).nullish(),
  response_format: z.enum(['url', 'b64_json']).nullish(),
  user: z.string().max(500).nullish(),
  stream: z.unknown().optional(),
});
