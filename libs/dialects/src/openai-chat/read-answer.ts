import type { AnswerFacts } from '../caller-dialect.js';
import { readChatUsage } from './read-usage.js';

interface WireAnswer {
  id?: unknown;
  choices?: unknown;
  error?: unknown;
  usage?: unknown;
}
interface WireChoice {
  finish_reason?: unknown;
  /** In place of a message, in legacy Completions. */
  text?: unknown;
  message?: { content?: unknown; tool_calls?: unknown };
}

/** Reads a plain answer. Returns undefined for bytes that are no such answer, whatever the status said. */
export function readChatAnswer(body: Uint8Array): AnswerFacts | undefined {
  const wire = parse(body);
  const isError = wire?.error !== undefined && wire.error !== null;
  if (!wire || isError || !Array.isArray(wire.choices) || wire.choices.length === 0) return undefined;
  const choices = wire.choices as WireChoice[];
  if (choices.some((choice) => typeof choice !== 'object' || choice === null)) return undefined;
  const usage = readChatUsage(wire.usage);
  const finishReason = choices[0]?.finish_reason;
  return {
    ...(typeof wire.id === 'string' ? { upstreamId: wire.id.slice(0, 200) } : {}),
    ...(typeof finishReason === 'string' ? { finishReason: finishReason.slice(0, 100) } : {}),
    ...(usage ? { usage } : {}),
    characters: choices.reduce((sum, choice) => sum + charactersOf(choice), 0),
  };
}

function parse(body: Uint8Array): WireAnswer | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function charactersOf(choice: WireChoice): number {
  const { content, tool_calls: toolCalls } = choice.message ?? {};
  const words = content ?? choice.text;
  const text = typeof words === 'string' ? words.length : 0;
  return text + (toolCalls === undefined ? 0 : JSON.stringify(toolCalls).length);
}
