import { describe, expect, it } from '@jest/globals';
import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import * as fc from 'fast-check';
import { ChatStreamReader } from '../stream-reader.js';
import { anyPieces, context, partsOf, resultOf, usage } from './answer.fixture.js';
import { encodeChatAnswer } from './encode-answer.js';
import { ChatStreamEncoder } from './stream-encoder.js';

type Json = Record<string, unknown>;
interface Call {
  index?: number;
  id?: string;
  function?: { arguments: string };
}

const encode = (parts: readonly LanguageModelV4StreamPart[]): string => {
  const encoder = new ChatStreamEncoder(context);
  return parts.map((part) => encoder.part(part)).join('') + encoder.end();
};
const chunksOf = (events: string): Json[] =>
  events
    .split('\n\n')
    .filter((event) => event.startsWith('data: {'))
    .map((event) => JSON.parse(event.slice('data: '.length)) as Json);

/** What a client makes of the chunks: texts and lists grow, calls are joined by their index. */
function reassembled(chunks: readonly Json[]): Json {
  const message: Json = {};
  let finishReason: unknown;
  for (const { choices } of chunks as { choices: { delta: Json; finish_reason: unknown }[] }[]) {
    for (const { delta, finish_reason: reason } of choices) {
      finishReason = reason ?? finishReason;
      for (const [name, value] of Object.entries(delta)) grow(message, name, value);
    }
  }
  const { usage: counted, id, created, model } = { ...chunks[0], usage: chunks.at(-1)?.usage } as Json;
  const choices = [{ index: 0, message, logprobs: null, finish_reason: finishReason }];
  return { id, object: 'chat.completion', created, model, choices, usage: counted };
}

function grow(message: Json, name: string, value: unknown): void {
  const old = message[name];
  if (name === 'tool_calls') message[name] = withCalls((old ?? []) as Call[], value as Call[]);
  else if (Array.isArray(value)) message[name] = [...((old ?? []) as unknown[]), ...(value as unknown[])];
  else if (typeof old === 'string' && typeof value === 'string') message[name] = old + value;
  else message[name] = value;
}

function withCalls(calls: Call[], deltas: Call[]): Call[] {
  for (const { index = 0, ...delta } of deltas) {
    const old = calls[index];
    const text = (old?.function?.arguments ?? '') + (delta.function?.arguments ?? '');
    calls[index] = { ...old, ...delta, function: { ...old?.function, ...delta.function, arguments: text } };
  }
  return calls;
}

/** A stream begins with an empty text before it is known whether calls are all that follows. */
function withoutNullContent(answer: string): Json {
  const parsed = JSON.parse(answer) as { choices: { message: Json }[] } & Json;
  for (const { message } of parsed.choices) message.content ??= '';
  return parsed;
}

function split(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set([0, ...cuts.map((cut) => cut % bytes.length), bytes.length])].toSorted((a, b) => a - b);
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
}

describe('ChatStreamEncoder', () => {
  it('gives events that make up the very answer that is given whole', () => {
    fc.assert(
      fc.property(anyPieces, (pieces) => {
        const events = encode(partsOf(pieces));
        expect(reassembled(chunksOf(events))).toEqual(withoutNullContent(encodeChatAnswer(resultOf(pieces), context)));
        expect(events.endsWith('data: [DONE]\n\n')).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('gives bytes that the reader of the dialect relays and understands alike, however they are split', () => {
    fc.assert(
      fc.property(anyPieces, fc.array(fc.nat(), { maxLength: 40 }), (pieces, cuts) => {
        const bytes = Buffer.from(encode(partsOf(pieces)));
        const whole = new ChatStreamReader(true);
        const pieceByPiece = new ChatStreamReader(true);
        const relayed = whole.push(bytes);
        const joined = Buffer.concat(split(bytes, cuts).map((piece) => pieceByPiece.push(piece)));
        pieceByPiece.end();
        expect(relayed.equals(bytes)).toBe(true);
        expect(joined.equals(bytes)).toBe(true);
        expect(pieceByPiece.facts).toEqual(whole.facts);
        expect(whole.facts).toMatchObject({
          upstreamId: 'chatcmpl-msg_1',
          isDone: true,
          usage: {
            promptTokens: 40,
            completionTokens: 9,
            cachedPromptTokens: 20,
            cacheWritePromptTokens: 10,
            reasoningTokens: 5,
          },
        });
      }),
      { numRuns: 300 },
    );
  });

  it('begins with the role, names a call once and ends with usage and the end mark', () => {
    const events = encode([
      { type: 'text-start', id: '1' },
      { type: 'text-delta', id: '1', delta: 'Hi' },
      { type: 'text-end', id: '1' },
      { type: 'tool-input-start', id: 'call_1', toolName: 'look' },
      { type: 'tool-input-delta', id: 'call_1', delta: '{"a"' },
      { type: 'tool-input-delta', id: 'call_1', delta: ':1}' },
      { type: 'tool-input-end', id: 'call_1' },
      { type: 'tool-call', toolCallId: 'call_1', toolName: 'look', input: '{"a":1}' },
      { type: 'finish', finishReason: { unified: 'tool-calls', raw: 'tool_use' }, usage },
    ]);
    const deltas = chunksOf(events).flatMap(({ choices }) =>
      (choices as { delta: Json; finish_reason: unknown }[]).map(({ delta, finish_reason: reason }) => reason ?? delta),
    );
    expect(deltas).toEqual([
      { role: 'assistant', content: '', refusal: null },
      { content: 'Hi' },
      { tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'look', arguments: '' } }] },
      { tool_calls: [{ index: 0, function: { arguments: '{"a"' } }] },
      { tool_calls: [{ index: 0, function: { arguments: ':1}' } }] },
      'tool_calls',
    ]);
    expect(chunksOf(events).at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 49 } });
  });

  it('does not end what the provider did not end', () => {
    const cut = encode([{ type: 'text-delta', id: '1', delta: 'Hi' }]);
    expect(cut).not.toContain('[DONE]');
    expect(() => encode([{ type: 'finish', finishReason: { unified: 'interrupted', raw: undefined }, usage }])).toThrow(
      expect.objectContaining({ errorClass: 'cut_stream' }),
    );
    expect(() => encode([{ type: 'finish', finishReason: { unified: 'error', raw: 'oops' }, usage }])).toThrow(
      expect.objectContaining({ errorClass: 'server_error' }),
    );
  });
});
