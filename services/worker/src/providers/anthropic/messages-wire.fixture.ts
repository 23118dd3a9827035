import { jsonEvent, type WireAnswer } from '../../provider-contract/provider-subject.fixture.js';

/** The model of all messages here. */
export const MODEL = 'claude-sonnet-4-5';

/** A block as it stands in a message, and the deltas that it comes in. */
export interface Block {
  readonly whole: Readonly<Record<string, unknown>>;
  readonly begun: Readonly<Record<string, unknown>>;
  readonly deltas: readonly Readonly<Record<string, unknown>>[];
}

const promptUsage = { input_tokens: 9, cache_creation_input_tokens: 3, cache_read_input_tokens: 8 };
const completionUsage = { output_tokens: 9, output_tokens_details: { thinking_tokens: 4 } };
const head = { id: 'msg_1', type: 'message', role: 'assistant', model: MODEL, stop_sequence: null };

/** An event of a stream. */
export const event = (type: string, data: object = {}): string => jsonEvent({ type, ...data }, type);

/** A message of blocks, whole and as a stream. */
export function answer(blocks: readonly Block[], stopReason: string): WireAnswer {
  return {
    plain: {
      body: {
        ...head,
        content: blocks.map(({ whole }) => whole),
        stop_reason: stopReason,
        usage: { ...promptUsage, ...completionUsage },
      },
    },
    stream: {
      events: [
        event('message_start', {
          message: { ...head, content: [], stop_reason: null, usage: { ...promptUsage, output_tokens: 1 } },
        }),
        ...blocks.flatMap(({ begun, deltas }, index) => [
          event('content_block_start', { index, content_block: begun }),
          ...deltas.map((delta) => event('content_block_delta', { index, delta })),
          event('content_block_stop', { index }),
        ]),
        event('message_delta', {
          delta: { stop_reason: stopReason, stop_sequence: null },
          usage: completionUsage,
        }),
        event('message_stop'),
      ],
    },
  };
}

/** A text that comes in pieces. */
export function text(pieces: readonly string[]): Block {
  return {
    whole: { type: 'text', text: pieces.join('') },
    begun: { type: 'text', text: '' },
    deltas: pieces.map((piece) => ({ type: 'text_delta', text: piece })),
  };
}

/** A call for the weather of a city, its input in three pieces. */
export function call(city: string): Block {
  const use = { type: 'tool_use', id: `toolu_${city}`, name: 'get_weather' };
  return {
    whole: { ...use, input: { city } },
    begun: { ...use, input: {} },
    deltas: ['', '{"city":', `${JSON.stringify(city)}}`].map((json) => ({
      type: 'input_json_delta',
      partial_json: json,
    })),
  };
}

/** Signed thoughts that come in pieces. */
export function thought(pieces: readonly string[]): Block {
  const signature = 'EqQBCkYIBxgCKkA=';
  return {
    whole: { type: 'thinking', thinking: pieces.join(''), signature },
    begun: { type: 'thinking', thinking: '', signature: '' },
    deltas: [
      ...pieces.map((piece) => ({ type: 'thinking_delta', thinking: piece })),
      { type: 'signature_delta', signature },
    ],
  };
}

/** Thoughts that Anthropic keeps to itself. */
export function redactedThought(data: string): Block {
  const block = { type: 'redacted_thinking', data };
  return { whole: block, begun: block, deltas: [] };
}
