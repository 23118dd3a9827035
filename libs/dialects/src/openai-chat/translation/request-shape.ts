import { z } from 'zod';

const name = z.string().min(1).max(200);
const json = z.record(z.string(), z.unknown());

/** A mark that the prompt up to here is worth caching; OpenRouter's extension, in Anthropic's words. */
export const cacheControl = z.looseObject({ type: z.literal('ephemeral'), ttl: z.enum(['5m', '1h']).nullish() });

const marked = { cache_control: cacheControl.nullish() };

const textPart = z.looseObject({ type: z.literal('text'), text: z.string(), ...marked });
const refusalPart = z.looseObject({ type: z.literal('refusal'), refusal: z.string() });
const imagePart = z.looseObject({
  type: z.literal('image_url'),
  image_url: z.looseObject({ url: z.string().min(1), detail: z.enum(['auto', 'low', 'high', 'original']).nullish() }),
  ...marked,
});
const audioPart = z.looseObject({
  type: z.literal('input_audio'),
  input_audio: z.looseObject({ data: z.string().min(1), format: z.string().regex(/^[a-z0-9]{2,8}$/) }),
  ...marked,
});
const filePart = z.looseObject({
  type: z.literal('file'),
  file: z.looseObject({
    file_data: z.string().min(1).nullish(),
    file_id: z.string().nullish(),
    filename: z.string().max(500).nullish(),
  }),
  ...marked,
});

const texts = z.union([z.string(), z.array(textPart).min(1)]);
const userContent = z.union([
  z.string(),
  z.array(z.discriminatedUnion('type', [textPart, imagePart, audioPart, filePart])).min(1),
]);
const assistantContent = z.union([z.string(), z.array(z.discriminatedUnion('type', [textPart, refusalPart]))]);

/** A piece of a model's reasoning that is to be sent back as it came; OpenRouter's extension. */
const reasoningDetail = z.looseObject({
  type: z.string(),
  text: z.string().nullish(),
  summary: z.string().nullish(),
  data: z.string().nullish(),
  signature: z.string().nullish(),
  format: z.string().nullish(),
});

const functionCall = z.looseObject({ name, arguments: z.string() });
const toolCall = z.looseObject({
  id: z.string().min(1),
  type: z.literal('function').nullish(),
  function: functionCall,
  /** Where Google's own endpoint of this dialect keeps the signature of a call. */
  extra_content: z
    .looseObject({ google: z.looseObject({ thought_signature: z.string().nullish() }).nullish() })
    .nullish(),
});
const customToolCall = z.looseObject({
  id: z.string().min(1),
  type: z.literal('custom'),
  custom: z.looseObject({ name, input: z.string() }),
});

const named = { name: z.string().nullish(), ...marked };
const message = z.discriminatedUnion('role', [
  z.looseObject({ role: z.enum(['system', 'developer']), content: texts, ...named }),
  z.looseObject({ role: z.literal('user'), content: userContent, ...named }),
  z.looseObject({
    role: z.literal('assistant'),
    content: assistantContent.nullish(),
    refusal: z.string().nullish(),
    reasoning: z.string().nullish(),
    reasoning_content: z.string().nullish(),
    reasoning_details: z.array(reasoningDetail).nullish(),
    tool_calls: z.array(z.union([toolCall, customToolCall])).nullish(),
    function_call: functionCall.nullish(),
    audio: z.unknown().optional(),
    ...named,
  }),
  z.looseObject({ role: z.literal('tool'), tool_call_id: z.string().min(1), content: userContent, ...marked }),
  z.looseObject({ role: z.literal('function'), name, content: z.string().nullable(), ...marked }),
]);

const functionDefinition = z.looseObject({
  name,
  description: z.string().nullish(),
  parameters: json.nullish(),
  strict: z.boolean().nullish(),
});
const toolName = z.looseObject({ type: z.string(), function: z.looseObject({ name }).optional() });

const tools = {
  tools: z.array(z.looseObject({ type: z.string(), function: functionDefinition.optional(), ...marked })).nullish(),
  functions: z.array(functionDefinition).nullish(),
  tool_choice: z
    .union([
      z.enum(['none', 'auto', 'required']),
      z.looseObject({
        type: z.string(),
        function: z.looseObject({ name }).optional(),
        allowed_tools: z.looseObject({ mode: z.enum(['auto', 'required']), tools: z.array(toolName) }).optional(),
      }),
    ])
    .nullish(),
  function_call: z.union([z.enum(['none', 'auto']), z.looseObject({ name })]).nullish(),
  parallel_tool_calls: z.boolean().nullish(),
};

const responseFormat = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('text') }),
  z.looseObject({ type: z.literal('json_object') }),
  z.looseObject({
    type: z.literal('json_schema'),
    json_schema: z.looseObject({
      name,
      description: z.string().nullish(),
      schema: json.nullish(),
      strict: z.boolean().nullish(),
    }),
  }),
]);

const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;

/** What of a Chat Completions request is read for a provider of another dialect. Source: `openai`'s types, and OpenRouter's. */
export const translatableRequestSchema = z.looseObject({
  messages: z.array(message).min(1),
  ...tools,
  response_format: responseFormat.nullish(),
  reasoning_effort: z.enum(EFFORTS).nullish(),
  /** OpenRouter's form of the same. */
  reasoning: z
    .looseObject({
      effort: z.enum(EFFORTS).nullish(),
      max_tokens: z.int().positive().nullish(),
      enabled: z.boolean().nullish(),
      exclude: z.boolean().nullish(),
    })
    .nullish(),
  max_tokens: z.int().positive().nullish(),
  max_completion_tokens: z.int().positive().nullish(),
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  top_k: z.number().nullish(),
  stop: z.union([z.string(), z.array(z.string())]).nullish(),
  seed: z.int().nullish(),
  presence_penalty: z.number().nullish(),
  frequency_penalty: z.number().nullish(),
  n: z.int().nullish(),
  user: z.string().nullish(),
  safety_identifier: z.string().nullish(),
  prompt_cache_key: z.string().nullish(),
  service_tier: z.string().nullish(),
  modalities: z.array(z.string()).nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.int().min(0).max(20).nullish(),
});

export type TranslatableRequest = z.infer<typeof translatableRequestSchema>;
export type ChatMessage = TranslatableRequest['messages'][number];
export type AssistantMessage = Extract<ChatMessage, { role: 'assistant' }>;
export type UserContent = z.infer<typeof userContent>;
export type UserPart = Exclude<UserContent, string>[number];
export type CacheControl = z.infer<typeof cacheControl>;
export type ReasoningDetail = z.infer<typeof reasoningDetail>;
export type FunctionDefinition = z.infer<typeof functionDefinition>;
