import type { SimulatedAnswer } from '../chat/simulated-answer.js';
import { encodeUsage, SIM_FINGERPRINT } from './chat-completion.js';
import { DONE_EVENT, type StreamEvent } from './completion-events.js';

type TextEvent = Pick<StreamEvent, 'text' | 'completionTokens'>;

/** Encodes a whole answer as the body object of OpenAI's legacy Completions API. */
export function encodeTextCompletion(answer: SimulatedAnswer, createdSeconds: number): object {
  const choices = answer.choices.map(({ tokens, finishReason }, index) =>
    choiceOf({ index, text: tokens.join(''), finishReason }),
  );
  return { ...frameOf(answer, createdSeconds), choices, usage: encodeUsage(answer.usage) };
}

/** Encodes an answer as the events of a stream of that API. Lazy, so that a reader who leaves early costs nothing more. */
export function* textCompletionEvents(
  answer: SimulatedAnswer,
  { createdSeconds, tokensPerChunk, includesUsage }: TextStreamFormat,
): Generator<TextEvent> {
  const frame = frameOf(answer, createdSeconds);
  const eventOf = (choices: readonly object[], completionTokens = 0, usage: unknown = null): TextEvent => ({
    text: `data: ${JSON.stringify({ ...frame, choices, ...(includesUsage ? { usage } : {}) })}\n\n`,
    completionTokens,
  });
  for (const [index, { tokens, finishReason }] of answer.choices.entries()) {
    for (let position = 0; position < tokens.length; position += tokensPerChunk) {
      const piece = tokens.slice(position, position + tokensPerChunk);
      yield eventOf([choiceOf({ index, text: piece.join('') })], piece.length);
    }
    yield eventOf([choiceOf({ index, text: '', finishReason })]);
  }
  if (includesUsage) yield eventOf([], 0, encodeUsage(answer.usage));
  yield DONE_EVENT;
}

/** How an answer is cut into events. */
export interface TextStreamFormat {
  readonly createdSeconds: number;
  readonly tokensPerChunk: number;
  readonly includesUsage: boolean;
}

function frameOf({ id, model }: SimulatedAnswer, created: number): object {
  return { id, object: 'text_completion', created, model, system_fingerprint: SIM_FINGERPRINT };
}

function choiceOf({ index, text, finishReason }: { index: number; text: string; finishReason?: string }): object {
  return { text, index, logprobs: null, finish_reason: finishReason ?? null };
}
