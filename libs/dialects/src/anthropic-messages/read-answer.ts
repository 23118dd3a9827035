import type { AnswerFacts } from '../caller-dialect.js';
import { isRecord, readJsonAnswer } from '../json-operation/read-json-answer.js';
import { readMessagesUsage } from './read-usage.js';

interface WireBlock {
  text?: unknown;
  thinking?: unknown;
  input?: unknown;
}

/** Reads a plain message. Returns undefined for bytes that are no message, whatever the status said. */
export function readMessagesAnswer(body: Uint8Array): AnswerFacts | undefined {
  const wire = readJsonAnswer(body);
  if (wire?.type !== 'message' || !Array.isArray(wire.content)) return undefined;
  const blocks: unknown[] = wire.content;
  if (!blocks.every(isRecord)) return undefined;
  const usage = readMessagesUsage(wire.usage);
  return {
    ...(typeof wire.id === 'string' ? { upstreamId: wire.id.slice(0, 200) } : {}),
    ...(typeof wire.stop_reason === 'string' ? { finishReason: wire.stop_reason.slice(0, 100) } : {}),
    ...(usage ? { usage } : {}),
    characters: blocks.reduce<number>((sum, block) => sum + charactersOf(block), 0),
  };
}

/** Reads a count of tokens. Counting is no work of a model: nothing is charged for it. */
export function readCountTokensAnswer(body: Uint8Array): AnswerFacts | undefined {
  if (!Number.isSafeInteger(readJsonAnswer(body)?.input_tokens)) return undefined;
  return { usage: { promptTokens: 0, completionTokens: 0, requests: 0 }, characters: 0 };
}

function charactersOf({ text, thinking, input }: WireBlock): number {
  const words = [text, thinking].reduce<number>((sum, part) => sum + (typeof part === 'string' ? part.length : 0), 0);
  return words + (input === undefined ? 0 : JSON.stringify(input).length);
}
