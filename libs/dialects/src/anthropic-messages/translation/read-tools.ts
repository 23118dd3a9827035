import type { JSONObject, LanguageModelV4CallOptions, LanguageModelV4FunctionTool } from '@ai-sdk/provider';
import { z } from 'zod';
import type { MessagesRequest } from '../request-schema.js';
import { readBlock, type CacheControl } from './block-schemas.js';
import { cacheOptions, withOptions } from './cache-options.js';
import type { RequestLosses } from '../../translation/request-losses.js';

const toolSchema = z.looseObject({
  name: z.string().min(1),
  description: z.string().nullish(),
  input_schema: z.record(z.string(), z.unknown()),
  strict: z.boolean().nullish(),
  input_examples: z.array(z.record(z.string(), z.unknown())).nullish(),
  cache_control: z
    .looseObject({ type: z.literal('ephemeral'), ttl: z.enum(['5m', '1h']).nullish() })
    .nullish() satisfies z.ZodType<CacheControl>,
});

const toolChoiceSchema = z.discriminatedUnion('type', [
  z.looseObject({ type: z.enum(['auto', 'any']), disable_parallel_tool_use: z.boolean().nullish() }),
  z.looseObject({ type: z.literal('tool'), name: z.string(), disable_parallel_tool_use: z.boolean().nullish() }),
  z.looseObject({ type: z.literal('none') }),
]);

/** Reads the tools and which of them the model may or must call. Tools that run at Anthropic are left out with a warning. */
export function readTools(
  { tools, tool_choice: choice }: Pick<MessagesRequest, 'tools' | 'tool_choice'>,
  losses: RequestLosses,
): Pick<LanguageModelV4CallOptions, 'tools' | 'toolChoice' | 'providerOptions'> {
  const functions = (tools ?? []).flatMap((tool, index) => readTool(tool, `tools[${index}]`, losses));
  const read = choice ? readBlock(toolChoiceSchema, choice, 'tool_choice') : undefined;
  const isSerial = read !== undefined && read.type !== 'none' && read.disable_parallel_tool_use === true;
  if (isSerial)
    losses.addUnless(
      ['anthropic', 'azure', 'mistral', 'openai'],
      "'tool_choice.disable_parallel_tool_use' cannot be carried to this provider.",
    );
  return {
    ...(functions.length === 0 ? {} : { tools: functions }),
    ...(read === undefined || functions.length === 0 ? {} : { toolChoice: choiceOf(read) }),
    ...(isSerial
      ? withOptions({
          anthropic: { disableParallelToolUse: true },
          azure: { parallel_tool_calls: false },
          mistral: { parallelToolCalls: false },
          openai: { parallel_tool_calls: false },
        })
      : {}),
  };
}

function readTool(
  tool: NonNullable<MessagesRequest['tools']>[number],
  path: string,
  losses: RequestLosses,
): LanguageModelV4FunctionTool[] {
  if (typeof tool.type === 'string' && tool.type !== 'custom') {
    losses.add(`'${path}': the tool of type '${tool.type}' is Anthropic's own and was left out.`);
    return [];
  }
  const {
    name,
    description,
    input_schema: schema,
    strict,
    input_examples: examples,
    cache_control: mark,
  } = readBlock(toolSchema, tool, path);
  return [
    {
      type: 'function',
      name,
      inputSchema: schema,
      ...(description ? { description } : {}),
      ...(typeof strict === 'boolean' ? { strict } : {}),
      ...(examples ? { inputExamples: examples.map((input) => ({ input: input as JSONObject })) } : {}),
      ...withOptions(cacheOptions(mark, losses)),
    },
  ];
}

function choiceOf(choice: z.infer<typeof toolChoiceSchema>): NonNullable<LanguageModelV4CallOptions['toolChoice']> {
  if (choice.type === 'tool') return { type: 'tool', toolName: choice.name };
  return { type: choice.type === 'any' ? 'required' : choice.type };
}
