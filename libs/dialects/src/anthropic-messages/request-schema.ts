import { z } from 'zod';

const block = z.looseObject({ type: z.string() });
const textOrBlocks = z.union([z.string(), z.array(block)], { error: 'must be a text or a list of content blocks' });

/**
 * The fields of a count of tokens that Switchyard reads; all others pass through untouched. Source: the Anthropic API's types
 * (`MessageCountTokensParams` of `@anthropic-ai/sdk`).
 */
export const countTokensRequestSchema = z.looseObject({
  model: z.string().min(1).max(200),
  messages: z
    .array(z.looseObject({ role: z.enum(['user', 'assistant', 'system']), content: textOrBlocks }))
    .min(1)
    .refine((messages) => messages[0]?.role === 'user', { error: "the first message must have the role 'user'" }),
  system: textOrBlocks.nullish(),
  tools: z.array(z.looseObject({ name: z.string().optional(), type: z.string().nullish() })).nullish(),
  tool_choice: z.looseObject({ type: z.enum(['auto', 'any', 'tool', 'none']) }).nullish(),
  thinking: z.looseObject({ type: z.string() }).nullish(),
  output_config: z.looseObject({ format: z.looseObject({ type: z.string() }).nullish() }).nullish(),
});
export type CountTokensRequest = z.infer<typeof countTokensRequestSchema>;

/**
 * The fields of a Messages request that Switchyard reads or that would otherwise fail late; all others pass through untouched.
 * Source: the Anthropic API's types (`MessageCreateParams` of `@anthropic-ai/sdk`).
 */
export const messagesRequestSchema = countTokensRequestSchema.extend({
  max_tokens: z.int().positive(),
  stream: z.boolean().nullish(),
  metadata: z.looseObject({ user_id: z.string().max(500).nullish() }).nullish(),
  stop_sequences: z.array(z.string()).nullish(),
  temperature: z.number().min(0).max(1).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  top_k: z.int().nonnegative().nullish(),
  service_tier: z.string().nullish(),
});
export type MessagesRequest = z.infer<typeof messagesRequestSchema>;
