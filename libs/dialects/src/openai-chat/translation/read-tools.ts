import type {
  LanguageModelV4CallOptions,
  LanguageModelV4FunctionTool,
  LanguageModelV4ToolChoice,
} from '@ai-sdk/provider';
import { DialectError } from '../../dialect-error.js';
import type { RequestLosses } from '../../translation/request-losses.js';
import { cacheMark } from './cache-mark.js';
import type { FunctionDefinition, TranslatableRequest } from './request-shape.js';

type Tools = Pick<LanguageModelV4CallOptions, 'tools' | 'toolChoice'>;

/** Whose packages follow `strict`, or say themselves where a model does not. */
const KNOW_STRICT = ['anthropic', 'google', 'amazon-bedrock', 'mistral', 'openai'];

/** Reads which tools the model may call, in the newer form or in that of `functions`. @throws DialectError 400 */
export function readTools(request: TranslatableRequest, losses: RequestLosses): Tools {
  const tools = [...readDefinitions(request, losses), ...(request.functions ?? []).map((tool) => toolOf(tool))];
  const { toolChoice, allowed } = readChoice(request, losses);
  if (tools.length === 0) {
    if (toolChoice?.type === 'required' || toolChoice?.type === 'tool') {
      throw new DialectError(
        400,
        'invalid_tool_choice',
        `'tool_choice' asks for a tool, and there is none.`,
        'tool_choice',
      );
    }
    return {};
  }
  for (const name of [...(allowed ?? []), ...(toolChoice?.type === 'tool' ? [toolChoice.toolName] : [])]) {
    if (!tools.some((tool) => tool.name === name)) {
      const message = `'tool_choice' names the tool '${name}', which 'tools' does not hold.`;
      throw new DialectError(400, 'invalid_tool_choice', message, 'tool_choice');
    }
  }
  return {
    tools: allowed ? tools.filter(({ name }) => allowed.includes(name)) : tools,
    ...(toolChoice ? { toolChoice } : {}),
  };
}

function readDefinitions({ tools }: TranslatableRequest, losses: RequestLosses): LanguageModelV4FunctionTool[] {
  return (tools ?? []).flatMap((tool, index) => {
    if (tool.type !== 'function') {
      losses.add(
        `'tools[${index}]' is of the type '${tool.type}', which this provider does not know; it was left out.`,
      );
      return [];
    }
    if (!tool.function) {
      const param = `tools[${index}].function`;
      throw new DialectError(400, 'missing_required_parameter', `Missing required parameter: '${param}'.`, param);
    }
    if (tool.function.strict) {
      losses.addUnless(KNOW_STRICT, `'tools[].function.strict' is not known to this provider.`);
    }
    if (tool.cache_control) {
      losses.addUnless(['anthropic'], `'tools[].cache_control' marks are not known to this provider.`);
    }
    const providerOptions = cacheMark(tool.cache_control, losses);
    return [{ ...toolOf(tool.function), ...(providerOptions ? { providerOptions } : {}) }];
  });
}

function toolOf({ name, description, parameters, strict }: FunctionDefinition): LanguageModelV4FunctionTool {
  return {
    type: 'function',
    name,
    ...(description ? { description } : {}),
    inputSchema: parameters ?? { type: 'object', properties: {} },
    ...(strict === null || strict === undefined ? {} : { strict }),
  };
}

interface Choice {
  toolChoice?: LanguageModelV4ToolChoice;
  /** The names of the only tools that may be called. */
  allowed?: readonly string[];
}

function readChoice({ tool_choice: choice, function_call: old }: TranslatableRequest, losses: RequestLosses): Choice {
  if (typeof choice === 'string') return { toolChoice: { type: choice } };
  if (!choice) return readOldChoice(old);
  if (choice.type === 'function' && choice.function) {
    return { toolChoice: { type: 'tool', toolName: choice.function.name } };
  }
  if (choice.type === 'allowed_tools' && choice.allowed_tools) {
    const { mode, tools } = choice.allowed_tools;
    return { toolChoice: { type: mode }, allowed: tools.flatMap((tool) => tool.function?.name ?? []) };
  }
  if (choice.type === 'custom') {
    losses.add(`'tool_choice' asks for a custom tool, which this provider does not know.`);
    return {};
  }
  throw new DialectError(
    400,
    'invalid_tool_choice',
    `'tool_choice' of the type '${choice.type}' is not understood.`,
    'tool_choice',
  );
}

function readOldChoice(choice: TranslatableRequest['function_call']): Choice {
  if (!choice) return {};
  return { toolChoice: typeof choice === 'string' ? { type: choice } : { type: 'tool', toolName: choice.name } };
}
