import { z } from 'zod';

/**
 * The fields of a speech request that Switchyard reads; all others pass through. Source: the OpenAI API's types
 * (`SpeechCreateParams` of the `openai` package). Audio comes as one whole answer, so `stream_format` may only be `audio`.
 */
export const speechRequestSchema = z.looseObject({
  model: z.string().min(1).max(200),
  input: z.string().min(1),
  voice: z.union([z.string().min(1), z.looseObject({})]).nullish(),
  response_format: z.string().max(50).nullish(),
  speed: z.number().min(0.25).max(4).nullish(),
  stream_format: z.enum(['audio'], { error: "only 'audio' is supported" }).nullish(),
  stream: z.unknown().optional(),
  user: z.string().max(500).nullish(),
});
