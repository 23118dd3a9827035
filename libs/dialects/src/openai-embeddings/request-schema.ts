import { z } from 'zod';

/** As many inputs as OpenAI takes in one request. */
const MOST_INPUTS = 2_048;

const text = z.string().min(1);
const tokens = z.array(z.int().nonnegative()).min(1);

/**
 * The fields of an embeddings request that Switchyard reads; all others pass through. Source: the OpenAI API's types
 * (`EmbeddingCreateParams` of the `openai` package).
 */
export const embeddingsRequestSchema = z.looseObject({
  model: z.string().min(1).max(200),
  input: z.union([text, z.array(text).min(1).max(MOST_INPUTS), tokens, z.array(tokens).min(1).max(MOST_INPUTS)], {
    error: (issue) =>
      issue.input === undefined
        ? undefined
        : `expected text, a list of 1 to ${MOST_INPUTS} texts, or tokens in their place, none of them empty`,
  }),
  dimensions: z.int().positive().nullish(),
  encoding_format: z.enum(['float', 'base64']).nullish(),
  user: z.string().max(500).nullish(),
  stream: z.unknown().optional(),
});
export type EmbeddingsRequest = z.infer<typeof embeddingsRequestSchema>;
