import { z } from 'zod';

const contentPart = z.looseObject({ type: z.string() });

/** One item of `input`. A message may leave out its type; all other items name it. */
const inputItem = z.looseObject({
  type: z.string().nullish(),
  role: z.enum(['user', 'assistant', 'system', 'developer']).optional(),
  content: z.union([z.string(), z.array(contentPart)]).nullish(),
});

/**
 * The fields of a Responses request that Switchyard reads or that would otherwise fail late; all others pass through untouched.
 * Source: the OpenAI API's types (`ResponseCreateParams` of the `openai` package).
 */
export const responsesRequestSchema = z.looseObject({
  model: z.string().min(1).max(200),
  input: z.union([z.string().min(1), z.array(inputItem).min(1)], {
    error: 'must be a text that is not empty, or a list of at least one item',
  }),
  instructions: z.string().nullish(),
  stream: z.boolean().nullish(),
  store: z.boolean().nullish(),
  background: z.boolean().nullish(),
  previous_response_id: z.string().max(200).nullish(),
  conversation: z.unknown().optional(),
  max_output_tokens: z.int().positive().nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  tools: z.array(z.looseObject({ type: z.string() })).nullish(),
  text: z.looseObject({ format: z.looseObject({ type: z.string() }).nullish() }).nullish(),
  user: z.string().max(500).nullish(),
  safety_identifier: z.string().max(500).nullish(),
});
export type ResponsesRequest = z.infer<typeof responsesRequestSchema>;
