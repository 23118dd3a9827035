import { z } from 'zod';

const tokens = z.array(z.int().nonnegative()).min(1);

/**
 * The fields of a legacy Completions request that Switchyard reads or that would otherwise fail late. Source: the OpenAI API's
 * types (`CompletionCreateParams` of the `openai` package).
 */
export const completionRequestSchema = z.looseObject({
  model: z.string().min(1).max(200),
  prompt: z.union([z.string(), z.array(z.string()).min(1), tokens, z.array(tokens).min(1)], {
    error: 'must be a text, tokens, or a list of at least one of them',
  }),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: z.int().positive().nullish(),
  n: z.int().min(1).max(128).nullish(),
  best_of: z.int().min(1).max(128).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  stop: z.union([z.string(), z.array(z.string()).max(16)]).nullish(),
  user: z.string().max(500).nullish(),
});
export type CompletionRequest = z.infer<typeof completionRequestSchema>;
