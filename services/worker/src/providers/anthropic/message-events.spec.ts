import type { LanguageModelV4Content, LanguageModelV4StreamPart, LanguageModelV4Usage } from '@ai-sdk/provider';
import { createAnthropic } from '@ai-sdk/anthropic';
import { describe, expect, it } from '@jest/globals';
import { array, assert, asyncProperty, constantFrom, nat, oneof, property, string } from 'fast-check';
import { dialectNamed } from '#libs/dialects';
import { chatCaller } from '../../provider-contract/chat-caller.fixture.js';
import { eventsOf } from '../../provider-contract/contract-caller.fixture.js';
import { ProviderFailure } from '../provider-failure.js';
import { answerOfMessage } from './message-answer.js';
import { MessageEvents } from './message-events.js';
import { answer, call, event, MODEL, redactedThought, text, thought, type Block } from './messages-wire.fixture.js';

const words = string({ unit: 'grapheme', maxLength: 12 });
const pieces = array(words, { minLength: 1, maxLength: 5 });
const block = oneof(pieces.map(text), pieces.map(thought), words.map(redactedThought), words.map(call));
/** Any blocks; calls of tools bear ids of their own. */
const blocks = array(block, { maxLength: 6 }).map((all) => all.map(withOwnId));
const stopReason = constantFrom('end_turn', 'tool_use', 'max_tokens', 'stop_sequence', 'refusal', 'pause_turn', 'new');
const cuts = array(nat(), { maxLength: 30 });

function withOwnId(one: Block, index: number): Block {
  if (one.whole.type !== 'tool_use') return one;
  return { ...one, whole: { ...one.whole, id: `toolu_${index}` }, begun: { ...one.begun, id: `toolu_${index}` } };
}

const wireOf = (all: readonly Block[], reason: string) => {
  const { plain, stream } = answer(all, reason);
  return { json: JSON.stringify(plain.body), bytes: Buffer.from(stream.events.join('')) };
};

function split(bytes: Buffer, at: readonly number[]): Buffer[] {
  const places = [...new Set([0, ...at.map((cut) => cut % bytes.length), bytes.length])].toSorted((a, b) => a - b);
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
}

/** The parts of bytes that come in pieces and end. */
function partsOf(read: readonly Buffer[]): LanguageModelV4StreamPart[] {
  const events = new MessageEvents();
  return [...read.flatMap((bytes) => [...events.push(bytes)]), ...events.end()];
}

const { translation } = dialectNamed('openai-chat');
const context = { requestId: 'req_1', model: MODEL, createdSeconds: 1, usageAsked: true, request: {} };

/** All that a chat answer says, whole or streamed. */
const told = (understood: object, { id, model, usage }: Record<string, unknown>, details: unknown[]) => ({
  ...understood,
  id,
  model,
  usage,
  details,
});

function toldByStream(parts: readonly LanguageModelV4StreamPart[]): object {
  const encoder = translation?.streamEncoder(context);
  const events = parts.map((part) => encoder?.part(part)).join('') + encoder?.end();
  const chunks = eventsOf(events) as { choices: { delta: { reasoning_details?: unknown[] } }[] }[];
  const details = chunks.flatMap(({ choices }) => choices.flatMap(({ delta }) => delta.reasoning_details ?? []));
  return told(chatCaller.understandStream(events), { ...chunks[0], ...chunks.at(-1) }, details);
}

function toldPlainly(json: string): object {
  const body = translation?.encodeAnswer({ ...answerOfMessage(json), warnings: [] }, context) ?? '';
  const whole = JSON.parse(body) as { choices: { message: { reasoning_details?: unknown[] } }[] };
  return told(chatCaller.understand(body), { ...whole }, whole.choices[0]?.message.reasoning_details ?? []);
}

/** The package's own model, in front of a server that gives this body. */
const packageModel = (body: Uint8Array, contentType: string) =>
  createAnthropic({
    apiKey: 'sk-1',
    fetch: async () => new Response(Uint8Array.from(body), { headers: { 'content-type': contentType } }),
  }).languageModel(MODEL);

const prompt = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'hi' }] }];

/** Without what no encoder reads: parts of the package's own kinds, metadata of the end, members that are undefined. */
function comparable(part: LanguageModelV4StreamPart | LanguageModelV4Content): unknown[] {
  if (part.type === 'custom' || part.type === 'stream-start') return [];
  const read = part.type === 'finish' ? { ...part, providerMetadata: undefined, usage: counts(part.usage) } : part;
  return [JSON.parse(JSON.stringify(read))];
}

const counts = ({ inputTokens, outputTokens }: LanguageModelV4Usage) => ({ inputTokens, outputTokens });

describe('MessageEvents', () => {
  it('gives parts of which the very answer is made that is given whole, however the bytes are split', () => {
    assert(
      property(blocks, stopReason, cuts, (all, reason, at) => {
        const { json, bytes } = wireOf(all, reason);
        expect(toldByStream(partsOf(split(bytes, at)))).toEqual(toldPlainly(json));
      }),
      { numRuns: 300 },
    );
  });

  it('gives what the package gives', async () => {
    await assert(
      asyncProperty(blocks, stopReason, async (all, reason) => {
        const { json, bytes } = wireOf(all, reason);
        const { stream } = await packageModel(bytes, 'text/event-stream').doStream({ prompt });
        const expected: LanguageModelV4StreamPart[] = [];
        for await (const part of stream) expected.push(part);
        expect(partsOf([bytes]).flatMap(comparable)).toEqual(expected.flatMap(comparable));
        const whole = await packageModel(Buffer.from(json), 'application/json').doGenerate({ prompt });
        const { content, finishReason, usage, response } = answerOfMessage(json);
        expect(content.flatMap(comparable)).toEqual(whole.content.flatMap(comparable));
        expect({ finishReason, ...response }).toEqual({
          finishReason: whole.finishReason,
          id: 'msg_1',
          modelId: MODEL,
        });
        expect(counts(usage)).toEqual(counts(whole.usage));
      }),
      { numRuns: 40 },
    );
  });

  it('never takes a stream for whole that lacks its end mark', () => {
    assert(
      property(blocks, nat(), (all, cut) => {
        const { bytes } = wireOf(all, 'end_turn');
        const endMark = bytes.lastIndexOf('event: message_stop');
        const parts = partsOf([bytes.subarray(0, cut % endMark)]);
        expect(parts.filter(({ type }) => type === 'finish')).toEqual([
          expect.objectContaining({ finishReason: { unified: 'interrupted', raw: undefined } }),
        ]);
      }),
    );
  });

  it('knows what was used where only the end mark is missing', () => {
    const { bytes } = wireOf([text(['Hello'])], 'end_turn');
    const parts = partsOf([bytes.subarray(0, bytes.lastIndexOf('event: message_stop'))]);
    expect(parts.at(-1)).toMatchObject({
      type: 'finish',
      finishReason: { unified: 'interrupted' },
      usage: { inputTokens: { total: 20, cacheRead: 8, cacheWrite: 3 }, outputTokens: { total: 9, reasoning: 4 } },
    });
  });

  it('keeps what came before an error, names its class and reads nothing after it', () => {
    const events = new MessageEvents();
    const error = { type: 'overloaded_error', message: 'Overloaded' };
    const parts = events.push(
      Buffer.from(
        event('content_block_start', { index: 0, content_block: { type: 'text', text: 'He' } }) +
          event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'llo' } }) +
          event('error', { error }) +
          event('message_stop'),
      ),
    );
    expect(parts).toEqual([
      { type: 'text-start', id: '0' },
      { type: 'text-delta', id: '0', delta: 'He' },
      { type: 'text-delta', id: '0', delta: 'llo' },
      { type: 'error', error: expect.any(ProviderFailure) },
    ]);
    expect(parts.at(-1)).toMatchObject({ error: { errorClass: 'overloaded', message: 'Overloaded' } });
    expect([...events.push(Buffer.from(event('message_stop'))), ...events.end()]).toEqual([]);
  });

  it('tells what was used with an error that comes after it', () => {
    const { bytes } = wireOf([text(['Hello'])], 'end_turn');
    const begun = bytes.subarray(0, bytes.lastIndexOf('event: message_stop'));
    const parts = partsOf([begun, Buffer.from(event('error', { error: { type: 'api_error', message: 'Oops' } }))]);
    const usage = expect.objectContaining({ promptTokens: 20, completionTokens: 9 });
    expect(parts.at(-1)).toMatchObject({ type: 'error', error: { errorClass: 'server_error', usage } });
  });

  it('passes over comments, pings and events that are to come, and refuses what it cannot understand', () => {
    const read = (data: string) => new MessageEvents().push(Buffer.from(data));
    expect(read(`: hello\n\n${event('ping')}${event('to_come', { index: 0 })}`)).toEqual([]);
    const strange = [
      'data: {"type":\n\n',
      'data: 7\n\n',
      event('content_block_start', { content_block: { type: 'x' } }),
    ];
    for (const data of strange) {
      expect(read(data)).toEqual([{ type: 'error', error: expect.objectContaining({ errorClass: 'bad_answer' }) }]);
    }
  });

  it('takes what a call begins with for its input', () => {
    const begun = { type: 'tool_use', id: 'toolu_1', name: 'look', input: { a: 1 } };
    const parts = partsOf([
      Buffer.from(event('content_block_start', { index: 0, content_block: begun }) + event('content_block_stop')),
    ]);
    expect(parts).toContainEqual({ type: 'tool-call', toolCallId: 'toolu_1', toolName: 'look', input: '{"a":1}' });
  });
});
