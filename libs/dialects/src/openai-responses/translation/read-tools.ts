import type { LanguageModelV4CallOptions, LanguageModelV4FunctionTool } from '@ai-sdk/provider';
import { DialectError } from '../../dialect-error.js';
import type { RequestLosses } from '../../translation/request-losses.js';
import type { ToolShape, TranslatableRequest } from './request-shape.js';

type Tools = Pick<LanguageModelV4CallOptions, 'tools' | 'toolChoice'>;

/** Reads which tools the model may call. Tools that run at OpenAI are left out with a warning. @throws DialectError 400 */
export function readTools(request: TranslatableRequest, losses: RequestLosses): Tools {
  const tools = (request.tools ?? []).flatMap((tool, index) => readTool(tool, `tools[${index}]`, losses));
  const { allowed, ...choice } = readChoice(request.tool_choice, losses);
  const named = choice.toolChoice?.type === 'tool' ? choice.toolChoice.toolName : undefined;
  if (named !== undefined && !tools.some(({ name }) => name === named)) {
    throw new DialectError(400, 'invalid_value', `Tool choice '${named}' not found in 'tools'.`, 'tool_choice');
  }
  if (tools.length === 0) return {};
  return { tools: allowed ? tools.filter(({ name }) => allowed.has(name)) : tools, ...choice };
}

function readTool(tool: ToolShape, path: string, losses: RequestLosses): LanguageModelV4FunctionTool[] {
  const { type, name, description, parameters, strict } = tool;
  if (type !== 'function') {
    losses.add(`'${path}': tools of the type '${type}' run at OpenAI only; it was left out.`);
    return [];
  }
  if (!name) {
    throw new DialectError(
      400,
      'missing_required_parameter',
      `Missing required parameter: '${path}.name'.`,
      `${path}.name`,
    );
  }
  return [
    {
      type: 'function',
      name,
      inputSchema: parameters ?? { type: 'object', properties: {} },
      ...(description ? { description } : {}),
      ...(typeof strict === 'boolean' ? { strict } : {}),
    },
  ];
}

function readChoice(
  choice: TranslatableRequest['tool_choice'],
  losses: RequestLosses,
): Pick<Tools, 'toolChoice'> & { allowed?: ReadonlySet<string> } {
  if (!choice) return {};
  if (typeof choice === 'string') return { toolChoice: { type: choice } };
  if (choice.type === 'function' && choice.name) return { toolChoice: { type: 'tool', toolName: choice.name } };
  if (choice.type === 'allowed_tools') {
    const allowed = new Set((choice.tools ?? []).flatMap(({ name }) => name ?? []));
    return { toolChoice: { type: choice.mode ?? 'auto' }, allowed };
  }
  losses.add(`'tool_choice' of the type '${choice.type}' is not known to this provider and was left out.`);
  return {};
}
