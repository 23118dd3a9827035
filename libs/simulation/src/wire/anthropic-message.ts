import type { FinishReason, SimulatedAnswer } from '../chat/simulated-answer.js';

/** The message object of Anthropic's Messages API, as far as the sim provider fills it. */
export interface AnthropicMessage {
  readonly id: string;
  readonly type: 'message';
  readonly role: 'assistant';
  readonly model: string;
  readonly content: readonly { readonly type: 'text'; readonly text: string }[];
  readonly stop_reason: string | null;
  readonly stop_sequence: null;
  readonly usage: AnthropicUsage;
}

/** `usage` of that API; the sim provider has no cache. */
export interface AnthropicUsage {
  readonly input_tokens: number;
  readonly cache_creation_input_tokens: 0;
  readonly cache_read_input_tokens: 0;
  readonly output_tokens: number;
}

const STOP_REASONS: Readonly<Record<FinishReason, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  content_filter: 'refusal',
};

/** Why an answer ended, in the words of that API. */
export function stopReasonOf(answer: SimulatedAnswer): string {
  return STOP_REASONS[answer.choices[0]?.finishReason ?? 'stop'];
}

/** Encodes the first choice of an answer as a message. */
export function encodeMessage(answer: SimulatedAnswer): AnthropicMessage {
  const text = answer.choices[0]?.tokens.join('') ?? '';
  return {
    ...emptyMessage(answer),
    content: [{ type: 'text', text }],
    stop_reason: stopReasonOf(answer),
    usage: { ...emptyMessage(answer).usage, output_tokens: answer.usage.completionTokens },
  };
}

/** The message as a stream begins with it: nothing said yet. */
export function emptyMessage(answer: SimulatedAnswer): AnthropicMessage {
  return {
    id: `msg_${answer.id.replace(/^chatcmpl-/, '')}`,
    type: 'message',
    role: 'assistant',
    model: answer.model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: {
      input_tokens: answer.usage.promptTokens,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      output_tokens: 1,
    },
  };
}
