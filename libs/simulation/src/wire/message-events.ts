import type { SimulatedAnswer } from '../chat/simulated-answer.js';
import { encodeToken } from '../text/vocabulary.js';
import { emptyMessage, stopReasonOf } from './anthropic-message.js';
import type { StreamEvent } from './completion-events.js';

type MessageEvent = Pick<StreamEvent, 'text' | 'completionTokens'>;

const DELTA_BEFORE =
  'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":';
const DELTA_AFTER = '}}\n\n';

/**
 * Encodes the first choice of an answer as the events of a stream of Anthropic's Messages API: the empty message, one block of
 * text in deltas, then why it ended and what it used. Lazy, so that a reader who leaves early costs nothing more.
 */
export function* messageEvents(answer: SimulatedAnswer, tokensPerChunk: number): Generator<MessageEvent> {
  yield event('message_start', { message: emptyMessage(answer) });
  yield event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } });
  yield event('ping', {});
  const tokens = answer.choices[0]?.tokens ?? [];
  for (let position = 0; position < tokens.length; position += tokensPerChunk) {
    const piece = tokens.slice(position, position + tokensPerChunk);
    yield { text: DELTA_BEFORE + encodeToken(piece.join('')) + DELTA_AFTER, completionTokens: piece.length };
  }
  yield event('content_block_stop', { index: 0 });
  yield event('message_delta', {
    delta: { stop_reason: stopReasonOf(answer), stop_sequence: null },
    usage: { output_tokens: answer.usage.completionTokens },
  });
  yield event('message_stop', {});
}

function event(type: string, content: object): MessageEvent {
  return { text: `event: ${type}\ndata: ${JSON.stringify({ type, ...content })}\n\n`, completionTokens: 0 };
}
