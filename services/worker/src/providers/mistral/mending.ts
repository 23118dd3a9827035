import { createHash } from 'node:crypto';
import type { LanguageModelV4CallOptions, LanguageModelV4Prompt } from '@ai-sdk/provider';
import type { AnswerEnd, Mending } from '../../provider-http/mend-model.js';
import { streamErrors } from './errors.js';

/** The only ids of tool calls that the API takes. */
const TOOL_CALL_ID = /^[A-Za-z0-9]{9}$/;
const TOOL_CALL_ID_CHARACTERS = 9;

interface WireUsage {
  completion_tokens_details?: { reasoning_tokens?: unknown } | null;
}

/** What Mistral's wire carries or demands, and its package does not see to. */
export const mistralMending: Mending = { call: withTakenIds, end: withReasoningTokens, errors: streamErrors };

/** Calls of tools may have been made by another provider's model, with ids that Mistral refuses. */
function withTakenIds(options: LanguageModelV4CallOptions): LanguageModelV4CallOptions {
  const hasTools = options.prompt.some(({ role }) => role === 'assistant' || role === 'tool');
  return hasTools ? { ...options, prompt: options.prompt.map(renamed) } : options;
}

function renamed(message: LanguageModelV4Prompt[number]): LanguageModelV4Prompt[number] {
  if (message.role === 'assistant') return { ...message, content: message.content.map(withTakenId) };
  if (message.role === 'tool') return { ...message, content: message.content.map(withTakenId) };
  return message;
}

function withTakenId<Part extends object>(part: Part): Part {
  if (!('toolCallId' in part) || typeof part.toolCallId !== 'string' || TOOL_CALL_ID.test(part.toolCallId)) return part;
  return { ...part, toolCallId: takenId(part.toolCallId) };
}

/** The same for the same id, so that a call and its result still belong together. */
function takenId(id: string): string {
  return createHash('sha256').update(id).digest('hex').slice(0, TOOL_CALL_ID_CHARACTERS);
}

function withReasoningTokens({ finishReason, usage }: AnswerEnd): AnswerEnd {
  const raw = usage.raw as WireUsage | undefined;
  const reasoning = raw?.completion_tokens_details?.reasoning_tokens;
  const { total } = usage.outputTokens;
  if (typeof reasoning !== 'number' || total === undefined) return { finishReason, usage };
  return {
    finishReason,
    usage: { ...usage, outputTokens: { total, reasoning, text: Math.max(0, total - reasoning) } },
  };
}
