import { z } from 'zod';
import { responsesRequestSchema } from '../request-schema.js';

/** A mark behind which a provider may cache the prompt. */
const breakpoint = z.looseObject({ mode: z.string(), ttl: z.string().nullish() }).nullish();

/** A piece of a message's or a tool output's content, of any of the kinds OpenAI knows. */
export const contentPart = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  refusal: z.string().optional(),
  image_url: z.string().nullish(),
  detail: z.string().nullish(),
  file_id: z.string().nullish(),
  file_data: z.string().nullish(),
  file_url: z.string().nullish(),
  filename: z.string().nullish(),
  input_audio: z.looseObject({ data: z.string(), format: z.string() }).optional(),
  prompt_cache_breakpoint: breakpoint,
});
export type ContentPart = z.infer<typeof contentPart>;

const content = z.union([z.string(), z.array(contentPart)]).nullish();

/** An item of `input`, of any of the kinds OpenAI knows. */
export const inputItem = z.looseObject({
  type: z.string().nullish(),
  role: z.enum(['user', 'assistant', 'system', 'developer']).optional(),
  content,
  call_id: z.string().nullish(),
  name: z.string().nullish(),
  arguments: z.string().optional(),
  output: content,
  summary: z.array(z.looseObject({ text: z.string() })).nullish(),
  encrypted_content: z.string().nullish(),
});
export type InputItem = z.infer<typeof inputItem>;

const tool = z.looseObject({
  type: z.string(),
  name: z.string().optional(),
  description: z.string().nullish(),
  parameters: z.record(z.string(), z.unknown()).nullish(),
  strict: z.boolean().nullish(),
});
export type ToolShape = z.infer<typeof tool>;

const toolChoice = z.union([
  z.enum(['none', 'auto', 'required']),
  z.looseObject({
    type: z.string(),
    name: z.string().optional(),
    mode: z.enum(['auto', 'required']).optional(),
    tools: z.array(z.looseObject({ type: z.string(), name: z.string().optional() })).optional(),
  }),
]);

const format = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('text') }),
  z.looseObject({ type: z.literal('json_object') }),
  z.looseObject({
    type: z.literal('json_schema'),
    name: z.string(),
    description: z.string().nullish(),
    schema: z.record(z.string(), z.unknown()),
    strict: z.boolean().nullish(),
  }),
]);

/** A Responses request with all that a translation reads. Source: `ResponseCreateParams` of the `openai` package. */
export const translatableRequestSchema = responsesRequestSchema.extend({
  input: z.union([z.string(), z.array(inputItem)]),
  tools: z.array(tool).nullish(),
  tool_choice: toolChoice.nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  text: z.looseObject({ format: format.nullish(), verbosity: z.string().nullish() }).nullish(),
  reasoning: z
    .looseObject({
      effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']).nullish(),
      summary: z.string().nullish(),
    })
    .nullish(),
  service_tier: z.string().nullish(),
  prompt_cache_key: z.string().nullish(),
  truncation: z.string().nullish(),
  top_logprobs: z.number().nullish(),
  max_tool_calls: z.number().nullish(),
  include: z.array(z.string()).nullish(),
  prompt: z.unknown().optional(),
});
export type TranslatableRequest = z.infer<typeof translatableRequestSchema>;
