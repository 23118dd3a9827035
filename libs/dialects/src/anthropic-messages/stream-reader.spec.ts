import { describe, expect, it } from '@jest/globals';
import { array, assert, integer, nat, property } from 'fast-check';
import { DialectStreamError, type StreamFacts } from '../caller-dialect.js';
import { MessagesStreamReader } from './stream-reader.js';

const event = (data: { type: string } & Record<string, unknown>): string =>
  `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
const START = event({
  type: 'message_start',
  message: {
    id: 'msg_1',
    usage: { input_tokens: 9, cache_read_input_tokens: 20, cache_creation_input_tokens: 5, output_tokens: 1 },
  },
});
const text = (words: string): string =>
  event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: words } });
const DELTA = event({
  type: 'message_delta',
  delta: { stop_reason: 'end_turn', stop_sequence: null },
  usage: { output_tokens: 7, cache_read_input_tokens: null, output_tokens_details: { thinking_tokens: 2 } },
});
const STOP = event({ type: 'message_stop' });
const WHOLE =
  START +
  event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }) +
  event({ type: 'ping' }) +
  text('Grüße') +
  ': a comment\n\n' +
  text(' {"type":"message_stop"} 👩‍🚀') +
  event({ type: 'content_block_stop', index: 0 }) +
  DELTA +
  STOP;

interface Reading {
  relayed: string;
  facts: StreamFacts;
  error?: DialectStreamError;
}

function read(pieces: readonly Uint8Array[]): Reading {
  const reader = new MessagesStreamReader();
  const relayed: Buffer[] = [];
  try {
    for (const piece of pieces) relayed.push(reader.push(piece));
    reader.end();
  } catch (error) {
    if (!(error instanceof DialectStreamError)) throw error;
    return { relayed: Buffer.concat(relayed).toString(), facts: reader.facts, error };
  }
  return { relayed: Buffer.concat(relayed).toString(), facts: reader.facts };
}

/** The bytes cut at the given places. */
function split(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set([0, ...cuts.map((cut) => cut % bytes.length), bytes.length])].toSorted((a, b) => a - b);
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
}

const whole = (stream: string): Reading => read([Buffer.from(stream)]);
const anyCuts = array(nat(), { maxLength: 60 });

describe('MessagesStreamReader', () => {
  it('learns id, reason of the end, tokens of both ends of the stream, and relays the very bytes', () => {
    expect(whole(WHOLE)).toEqual({
      relayed: WHOLE,
      facts: {
        upstreamId: 'msg_1',
        promptUsage: { promptTokens: 34, cachedPromptTokens: 20, cacheWritePromptTokens: 5 },
        finishReason: 'end_turn',
        usage: {
          promptTokens: 34,
          completionTokens: 7,
          cachedPromptTokens: 20,
          cacheWritePromptTokens: 5,
          reasoningTokens: 2,
        },
        tokenEvents: 2,
        isDone: true,
      },
    });
  });

  it('relays and learns the same however the bytes are split, with either kind of line end', () => {
    for (const stream of [WHOLE, WHOLE.replaceAll('\n', '\r\n')]) {
      const expected = whole(stream);
      assert(
        property(anyCuts, (cuts) => expect(read(split(Buffer.from(stream), cuts))).toEqual(expected)),
        { numRuns: 300 },
      );
    }
    expect(read([...Buffer.from(WHOLE)].map((byte) => Uint8Array.of(byte)))).toEqual(whole(WHOLE));
  });

  it('relays whole events only, wherever the stream is cut, and never an end mark that did not come', () => {
    const bytes = Buffer.from(WHOLE);
    assert(
      property(integer({ min: 0, max: bytes.length - 2 }), anyCuts, (length, cuts) => {
        const { relayed, error } = read(length === 0 ? [] : split(bytes.subarray(0, length), cuts));
        expect(error?.errorClass).toBe('cut_stream');
        expect(WHOLE.startsWith(relayed)).toBe(true);
        expect(relayed === '' || relayed.endsWith('\n\n')).toBe(true);
        expect(relayed).not.toContain('event: message_stop');
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['rubbish', 'data: hello\n\n', 'bad_answer'],
    ['broken JSON', 'event: message_start\ndata: {"type":"message_start",}\n\n', 'bad_answer'],
    ['an overloaded provider', START + event({ type: 'error', error: { type: 'overloaded_error' } }), 'overloaded'],
    ['a rate limit', START + event({ type: 'error', error: { type: 'rate_limit_error' } }), 'rate_limit'],
    ['an unknown error', START + event({ type: 'error', error: { type: 'odd', message: 'x' } }), 'server_error'],
    ['no end mark', START + text('a') + DELTA, 'cut_stream'],
    ['nothing at all', '', 'cut_stream'],
    ['an event without an end', `data: ${'x'.repeat(8 * 1024 ** 2)}`, 'bad_answer'],
  ])('takes %s for what it is', (_what, stream, errorClass) => {
    expect(whole(stream).error?.errorClass).toBe(errorClass);
  });

  it('knows the prompt of a stream that is cut, unless nothing was counted yet', () => {
    const prompt = { promptTokens: 34, cachedPromptTokens: 20, cacheWritePromptTokens: 5 };
    const cut = read([Buffer.from(START + text('Grüße'))]);
    expect(cut.error?.errorClass).toBe('cut_stream');
    expect(cut.facts).toMatchObject({ promptUsage: prompt });
    expect(cut.facts.usage).toBeUndefined();
    const uncounted = event({ type: 'message_start', message: { usage: { input_tokens: 0, output_tokens: 0 } } });
    expect(read([Buffer.from(uncounted + text('Grüße'))]).facts.promptUsage).toBeUndefined();
  });

  it('tells apart what was written to a cache for an hour, and counts searches of the web', () => {
    const written = { ephemeral_5m_input_tokens: 1, ephemeral_1h_input_tokens: 4 };
    const counts = { input_tokens: 9, output_tokens: 1, cache_creation_input_tokens: 5, cache_creation: written };
    const start = event({ type: 'message_start', message: { usage: counts } });
    const told = { output_tokens: 3, server_tool_use: { web_search_requests: 2 } };
    const end = event({ type: 'message_delta', delta: {}, usage: told });
    const prompt = { promptTokens: 14, cacheWritePromptTokens: 5, cacheWrite1hPromptTokens: 4 };
    expect(whole(start + end + STOP).facts).toMatchObject({
      promptUsage: prompt,
      usage: { ...prompt, completionTokens: 3, webSearches: 2 },
    });
  });

  it('does not take an estimate, nor counts that cannot be true, for the usage of a provider', () => {
    const end = (usage: object): string => event({ type: 'message_delta', delta: {}, usage });
    expect(whole(START + end({ output_tokens: 3, is_estimate: true }) + STOP).facts.usage).toBeUndefined();
    expect(whole(START + end({ output_tokens: -3 }) + STOP).facts.usage).toBeUndefined();
  });
});
