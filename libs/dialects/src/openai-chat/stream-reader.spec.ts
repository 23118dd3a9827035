import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { DialectStreamError, type StreamFacts } from '../caller-dialect.js';
import { ChatStreamReader } from './stream-reader.js';

const ROLE =
  'data: {"id":"chatcmpl-1","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}\n\n';
const token = (text: string): string =>
  `data: ${JSON.stringify({ id: 'chatcmpl-1', choices: [{ index: 0, delta: { content: text }, finish_reason: null }] })}\n\n`;
const FINISH = 'data: {"id":"chatcmpl-1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n';
const USAGE =
  'data: {"id":"chatcmpl-1","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":4,"prompt_tokens_details":{"cached_tokens":3}}}\n\n';
const DONE = 'data: [DONE]\n\n';
const WHOLE =
  ROLE +
  token('Grüße') +
  ': a comment\n\n' +
  token(' "error" 👩‍🚀') +
  token('"usage":{') +
  token('!') +
  FINISH +
  USAGE +
  DONE;

interface Reading {
  relayed: string;
  facts: StreamFacts;
  error?: DialectStreamError;
}

/** Reads pieces one after the other, as they would come from a socket, to the end or the first error. */
function read(pieces: readonly Uint8Array[], keepsUsage = true): Reading {
  const reader = new ChatStreamReader(keepsUsage);
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

const whole = (text: string, keepsUsage = true): Reading => read([Buffer.from(text)], keepsUsage);
const anyCuts = fc.array(fc.nat(), { maxLength: 60 });

describe('ChatStreamReader', () => {
  it('learns id, reason of the end, usage and the number of tokens', () => {
    expect(whole(WHOLE).facts).toEqual({
      upstreamId: 'chatcmpl-1',
      finishReason: 'stop',
      usage: { promptTokens: 9, completionTokens: 4, cachedPromptTokens: 3 },
      tokenEvents: 4,
      isDone: true,
    });
  });

  it('relays the very bytes, the usage only to those who asked for it', () => {
    expect(whole(WHOLE).relayed).toBe(WHOLE);
    expect(whole(WHOLE, false).relayed).toBe(WHOLE.replace(USAGE, ''));
  });

  it('relays and learns the same however the bytes are split, with either kind of line end', () => {
    for (const text of [WHOLE, WHOLE.replaceAll('\n', '\r\n')]) {
      const expected = whole(text, false);
      fc.assert(
        fc.property(anyCuts, (cuts) => expect(read(split(Buffer.from(text), cuts), false)).toEqual(expected)),
        { numRuns: 500 },
      );
    }
    const bytewise = [...Buffer.from(WHOLE)].map((byte) => Uint8Array.of(byte));
    expect(read(bytewise)).toEqual(whole(WHOLE));
  });

  it('relays whole events only, wherever the stream is cut, and never an end mark that did not come', () => {
    const bytes = Buffer.from(WHOLE);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: bytes.length - 2 }), anyCuts, (length, cuts) => {
        const cut = bytes.subarray(0, length);
        const { relayed, error } = read(length === 0 ? [] : split(cut, cuts));
        expect(error?.errorClass).toBe('cut_stream');
        expect(WHOLE.startsWith(relayed)).toBe(true);
        expect(relayed === '' || relayed.endsWith('\n\n')).toBe(true);
        expect(relayed).not.toContain('[DONE]');
      }),
      { numRuns: 500 },
    );
  });

  it('ends at the first end mark, whatever follows', () => {
    expect(whole(`${WHOLE}${DONE}data: rubbish\n\n`)).toEqual(whole(WHOLE));
    expect(new ChatStreamReader(true).push(Buffer.from(`${DONE}${DONE}`)).toString()).toBe(DONE);
  });

  it('finds the data among the other fields of an event', () => {
    const named = WHOLE.replaceAll('data: ', 'event: message\nid: 7\ndata: ');
    expect(whole(named)).toEqual({ relayed: named, facts: whole(WHOLE).facts });
  });

  it.each([
    ['text that is no event', 'data: hello\n\n', 'bad_answer'],
    ['half of a chunk', `${token('a')}data: {"id":"x","choices":[{"delta"\n\n`, 'bad_answer'],
    ['JSON that is broken inside', 'data: {"id":"x",}\n\n', 'bad_answer'],
    ['an error event', 'data: {"error":{"message":"The server is overloaded","code":"x"}}\n\n', 'server_error'],
    [
      'an error event after tokens',
      `${token('a')}data: {"error":{"message":"no","code":"content_filter"}}\n\n`,
      'content_filter',
    ],
    ['an error as text', 'data: {"error":"out of memory"}\n\n', 'server_error'],
    ['no end mark', `${token('a')}${FINISH}`, 'cut_stream'],
    ['nothing at all', '', 'cut_stream'],
    ['an event without an end', `data: ${'x'.repeat(8 * 1024 ** 2)}`, 'bad_answer'],
  ])('takes %s for what it is', (_what, text, errorClass) => {
    expect(whole(text).error?.errorClass).toBe(errorClass);
  });

  it.each([
    ['choices that are no list', '{"choices":{}}'],
    ['a choice that is nothing', '{"choices":[null,7]}'],
    ['no choices', '{"id":3}'],
    ['usage that cannot be true', '{"choices":[],"usage":{"prompt_tokens":-5,"completion_tokens":"many"}}'],
  ])('learns nothing from %s', (_what, data) => {
    expect(whole(`data: ${data}\n\n${DONE}`).facts).toEqual({ tokenEvents: 0, isDone: true });
  });

  it('counts tool calls and reasoning as tokens', () => {
    const delta = (fields: object): string => `data: ${JSON.stringify({ choices: [{ delta: fields }] })}\n\n`;
    const text =
      delta({ role: 'assistant' }) + delta({ tool_calls: [{ index: 0 }] }) + delta({ reasoning: 'hm' }) + DONE;
    expect(whole(text).facts.tokenEvents).toBe(2);
  });
});
