import type { SimulatedAnswer } from '../chat/simulated-answer.js';
import { encodeToken } from '../text/vocabulary.js';
import { encodeChunk, type ChunkChoice } from './chat-completion-chunk.js';

/** One server-sent event of a streamed answer, ready to send, and how many completion tokens it carries. */
export interface StreamEvent {
  readonly kind: 'role' | 'content' | 'finish' | 'usage' | 'done';
  readonly text: string;
  readonly completionTokens: number;
}

/** How an answer is cut into events. */
export interface StreamFormat {
  readonly createdSeconds: number;
  readonly tokensPerChunk: number;
  /** Whether the caller asked for a usage chunk by `stream_options.include_usage`. */
  readonly includesUsage: boolean;
  /** What the usage chunk claims; undefined leaves the chunk out although it was asked for. */
  readonly usage: unknown;
}

/** The end mark of an OpenAI stream. */
export const DONE_EVENT: StreamEvent = { kind: 'done', text: 'data: [DONE]\n\n', completionTokens: 0 };

const PLACEHOLDER = '<content>';

class EventEncoder {
  constructor(
    private readonly answer: SimulatedAnswer,
    private readonly format: StreamFormat,
  ) {}

  encode(kind: StreamEvent['kind'], choices: ChunkChoice[], usage: unknown = null): StreamEvent {
    const content = this.format.includesUsage ? { choices, usage } : { choices };
    const chunk = encodeChunk(this.answer, this.format.createdSeconds, content);
    return { kind, text: `data: ${JSON.stringify(chunk)}\n\n`, completionTokens: 0 };
  }

  /** Encodes the chunk around a placeholder once, so that a content event costs one concatenation per token. */
  contentFrame(index: number): readonly [before: string, after: string] {
    const choice: ChunkChoice = { index, delta: { content: PLACEHOLDER }, logprobs: null, finish_reason: null };
    const { text } = this.encode('content', [choice]);
    const encoded = JSON.stringify(PLACEHOLDER);
    const position = text.lastIndexOf(encoded);
    return [text.slice(0, position), text.slice(position + encoded.length)];
  }
}

function* contentEvents(
  answer: SimulatedAnswer,
  encoder: EventEncoder,
  tokensPerChunk: number,
): Generator<StreamEvent> {
  const frames = answer.choices.map((_, index) => encoder.contentFrame(index));
  const longest = Math.max(...answer.choices.map((choice) => choice.tokens.length));
  for (let position = 0; position < longest; position += tokensPerChunk) {
    for (const [index, { tokens }] of answer.choices.entries()) {
      const [before, after] = frames[index]!;
      const completionTokens = Math.min(tokensPerChunk, tokens.length - position);
      if (completionTokens <= 0) continue;
      const content =
        completionTokens === 1
          ? encodeToken(tokens[position]!)
          : JSON.stringify(tokens.slice(position, position + completionTokens).join(''));
      yield { kind: 'content', text: before + content + after, completionTokens };
    }
  }
}

/**
 * Encodes an answer as the events of an OpenAI Chat Completions stream: the role of every choice, the content of the
 * choices in turn, the finish reason of every choice, usage where it was asked for, and the end mark `[DONE]`. Lazy, so
 * that a reader who leaves early costs nothing more.
 */
export function* completionEvents(answer: SimulatedAnswer, format: StreamFormat): Generator<StreamEvent> {
  const encoder = new EventEncoder(answer, format);
  for (const index of answer.choices.keys()) {
    const delta = { role: 'assistant', content: '', refusal: null } as const;
    yield encoder.encode('role', [{ index, delta, logprobs: null, finish_reason: null }]);
  }
  yield* contentEvents(answer, encoder, format.tokensPerChunk);
  for (const [index, choice] of answer.choices.entries()) {
    yield encoder.encode('finish', [{ index, delta: {}, logprobs: null, finish_reason: choice.finishReason }]);
  }
  if (format.includesUsage && format.usage !== undefined) yield encoder.encode('usage', [], format.usage);
  yield DONE_EVENT;
}
