import { z } from 'zod';

const input = z.union([z.string(), z.array(z.string()).min(1), z.array(z.looseObject({ type: z.string() })).min(1)], {
  error: (issue) =>
    issue.input === undefined ? undefined : 'expected text, a list of texts, or a list of parts with a type',
});

/**
 * The fields of a moderation request that Switchyard reads; all others pass through. Source: the OpenAI API's types
 * (`ModerationCreateParams` of the `openai` package).
 */
export const moderationsRequestSchema = z.looseObject({
  model: z.string().min(1).max(200).nullish(),
  input,
  stream: z.unknown().optional(),
  user: z.string().max(500).nullish(),
});
