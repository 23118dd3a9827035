import type {
  LanguageModelV4Message,
  LanguageModelV4ReasoningPart,
  LanguageModelV4TextPart,
  LanguageModelV4ToolCallPart,
} from '@ai-sdk/provider';
import { DialectError } from '../../dialect-error.js';
import type { RequestLosses } from '../../translation/request-losses.js';
import { cacheMark } from './cache-mark.js';
import type { AssistantMessage } from './request-shape.js';
import { readSignedReasoning, textSignatureIn, thoughtSignature } from './signed-reasoning.js';

/** Whose packages send reasoning back, or say themselves where they do not; Bedrock's does so with signed reasoning only. */
const TAKE_REASONING = ['anthropic', 'google', 'mistral', 'openai'];

type Content = Extract<LanguageModelV4Message, { role: 'assistant' }>['content'];

/** The id by which a call of the old `function_call` form and its answer, which have none, are joined. */
export function callIdOfFunction(name: string): string {
  return `call_${name}`;
}

/** Reads what the model said before: reasoning first, as it came, then text, then calls of tools. */
export function readAssistantContent(message: AssistantMessage, path: string, losses: RequestLosses): Content {
  if (message.audio) {
    const part = { path: `${path}.audio`, remedy: "send its transcript as 'content'" };
    losses.leaveOut(part, `'messages[].audio' names an answer kept by another provider.`);
  }
  return [...readReasoning(message, losses), ...readTexts(message, losses), ...readCalls(message, path, losses)];
}

function readReasoning(message: AssistantMessage, losses: RequestLosses): LanguageModelV4ReasoningPart[] {
  const signed = (message.reasoning_details ?? []).flatMap((detail) => readSignedReasoning(detail) ?? []);
  const text = message.reasoning_content ?? message.reasoning;
  const reasoning = signed.length > 0 || !text ? signed : [{ type: 'reasoning' as const, text }];
  if (reasoning.length > 0) {
    const takers = reasoning === signed ? [...TAKE_REASONING, 'amazon-bedrock'] : TAKE_REASONING;
    losses.addUnless(takers, `The reasoning in 'messages' is not sent back to this provider.`);
  }
  return reasoning;
}

function readTexts({ content, refusal, reasoning_details: details }: AssistantMessage, losses: RequestLosses): Content {
  const texts: LanguageModelV4TextPart[] = [];
  if (typeof content === 'string') {
    if (content !== '') texts.push({ type: 'text', text: content });
  } else {
    for (const part of content ?? []) {
      if (part.type === 'refusal') texts.push({ type: 'text', text: part.refusal });
      else texts.push({ type: 'text', text: part.text, providerOptions: cacheMark(part.cache_control, losses) });
    }
  }
  if (refusal && texts.length === 0) texts.push({ type: 'text', text: refusal });
  const signature = textSignatureIn(details ?? []);
  const last = texts.at(-1);
  if (signature === undefined || !last) return texts;
  return [
    ...texts.slice(0, -1),
    { ...last, providerOptions: { ...last.providerOptions, ...thoughtSignature(signature) } },
  ];
}

function readCalls(message: AssistantMessage, path: string, losses: RequestLosses): LanguageModelV4ToolCallPart[] {
  const calls: LanguageModelV4ToolCallPart[] = [];
  for (const [index, call] of (message.tool_calls ?? []).entries()) {
    if (call.type === 'custom') {
      const { name, input } = call.custom;
      losses.add(`The call of the custom tool '${name}' is told to this provider as one of a function.`);
      calls.push({ type: 'tool-call', toolCallId: call.id, toolName: name, input: { input } });
      continue;
    }
    const { name, arguments: text } = call.function;
    const signature = call.extra_content?.google?.thought_signature;
    calls.push({
      type: 'tool-call',
      toolCallId: call.id,
      toolName: name,
      input: readArguments(text, `${path}.tool_calls[${index}].function.arguments`),
      ...(signature ? { providerOptions: thoughtSignature(signature) } : {}),
    });
  }
  if (message.function_call) {
    const { name, arguments: text } = message.function_call;
    const input = readArguments(text, `${path}.function_call.arguments`);
    calls.push({ type: 'tool-call', toolCallId: callIdOfFunction(name), toolName: name, input });
  }
  return calls;
}

/** Calls without arguments often come with an empty text. */
function readArguments(text: string, param: string): unknown {
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new DialectError(400, 'invalid_json', `'${param}' is not JSON.`, param);
  }
}
