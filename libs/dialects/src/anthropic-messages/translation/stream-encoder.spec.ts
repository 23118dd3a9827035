import Anthropic from '@anthropic-ai/sdk';
import type {
  LanguageModelV4Content,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider';
import { describe, expect, it } from '@jest/globals';
import {
  array,
  assert,
  asyncProperty,
  boolean,
  constantFrom,
  dictionary,
  nat,
  oneof,
  record,
  string,
  type Arbitrary,
} from 'fast-check';
import { messagesDialect } from '../messages-dialect.js';
import { MessagesStreamReader } from '../stream-reader.js';
import { encodeMessagesAnswer } from './encode-answer.js';
import { MessagesStreamEncoder } from './stream-encoder.js';

const context = {
  requestId: 'r-1',
  model: 'gpt-9',
  createdSeconds: 0,
  usageAsked: true,
  request: { messages: [{ role: 'user', content: 'Hi' }] },
};
const usage = {
  inputTokens: { total: 30, noCache: 10, cacheRead: 15, cacheWrite: 5 },
  outputTokens: { total: 12, text: 8, reasoning: 4 },
};
const ended = (
  content: readonly LanguageModelV4Content[],
): Pick<LanguageModelV4GenerateResult, 'finishReason' | 'usage'> => ({
  finishReason: { unified: content.some(({ type }) => type === 'tool-call') ? 'tool-calls' : 'stop', raw: undefined },
  usage,
});

const pieces = (text: string, size: number): string[] =>
  Array.from({ length: Math.ceil(text.length / size) }, (_piece, index) =>
    text.slice(index * size, (index + 1) * size),
  );

/** How a provider would stream a part: in pieces of a size, the end of a text perhaps only after all else. */
function partsOf(
  content: LanguageModelV4Content,
  id: string,
  { size, endsLate }: { size: number; endsLate: boolean },
): { now: LanguageModelV4StreamPart[]; late: LanguageModelV4StreamPart[] } {
  if (content.type === 'text') {
    const deltas = pieces(content.text, size).map((delta) => ({ type: 'text-delta' as const, id, delta }));
    const end = { type: 'text-end' as const, id };
    return { now: [{ type: 'text-start', id }, ...deltas, ...(endsLate ? [] : [end])], late: endsLate ? [end] : [] };
  }
  if (content.type === 'reasoning') {
    const deltas = pieces(content.text, size).map((delta) => ({ type: 'reasoning-delta' as const, id, delta }));
    const end = { type: 'reasoning-end' as const, id, ...withMetadata(content) };
    return { now: [{ type: 'reasoning-start', id }, ...deltas, end], late: [] };
  }
  if (content.type !== 'tool-call') return { now: [], late: [] };
  const { toolCallId, toolName, input } = content;
  if (endsLate) return { now: [content], late: [] };
  const deltas = pieces(input, size).map((delta) => ({ type: 'tool-input-delta' as const, id: toolCallId, delta }));
  return {
    now: [
      { type: 'tool-input-start', id: toolCallId, toolName },
      ...deltas,
      { type: 'tool-input-end', id: toolCallId },
      content,
    ],
    late: [],
  };
}

const withMetadata = ({
  providerMetadata,
}: LanguageModelV4Content): Pick<LanguageModelV4Content, 'providerMetadata'> =>
  providerMetadata === undefined ? {} : { providerMetadata };

function streamed(content: readonly LanguageModelV4Content[], shape: { size: number; endsLate: boolean }): Buffer {
  const parts = content.map((part, index) => partsOf(part, String(index), shape));
  return encoded([
    { type: 'stream-start', warnings: [] },
    { type: 'response-metadata', id: 'up-1', modelId: 'gpt-9-1' },
    ...parts.flatMap(({ now }) => now),
    ...parts.flatMap(({ late }) => late),
    { type: 'finish', ...ended(content) },
  ]);
}

function encoded(parts: readonly LanguageModelV4StreamPart[]): Buffer {
  const encoder = new MessagesStreamEncoder(context);
  return Buffer.from(parts.map((part) => encoder.part(part)).join('') + encoder.end());
}

const plain = (content: LanguageModelV4Content[]): string =>
  encodeMessagesAnswer(
    { content, ...ended(content), warnings: [], response: { id: 'up-1', modelId: 'gpt-9-1' } },
    context,
  );

/** The answer as Anthropic's own client reads it. */
const client = (body: string | Buffer, contentType: string): Anthropic =>
  new Anthropic({
    apiKey: 'x',
    fetch: async () => new Response(new Uint8Array(Buffer.from(body)), { headers: { 'content-type': contentType } }),
  });
const asked = { model: 'm', max_tokens: 9, messages: [{ role: 'user' as const, content: 'Hi' }] };
const final = (bytes: Buffer): Promise<Anthropic.Message> =>
  client(bytes, 'text/event-stream').messages.stream(asked).finalMessage();

/** What the client adds of its own. */
const withoutParsed = (name: string, value: unknown): unknown => (name === 'parsed_output' ? undefined : value);

const texts = string({ unit: 'grapheme', maxLength: 12 });
const metadata = constantFrom(
  undefined,
  { anthropic: { signature: 'EqQB' } },
  { anthropic: { redactedData: 'EmwK' } },
  { google: { thoughtSignature: 'CpMB' } },
  { openai: { itemId: 'rs_1', reasoningEncryptedContent: 'gAAA' } },
);
const anyContent: Arbitrary<LanguageModelV4Content[]> = array(
  oneof(
    record({ type: constantFrom('text' as const), text: texts }),
    record({ type: constantFrom('reasoning' as const), text: texts, providerMetadata: metadata }).map((part) =>
      part.providerMetadata?.anthropic && 'redactedData' in part.providerMetadata.anthropic
        ? { ...part, text: '' }
        : part,
    ),
    record({
      type: constantFrom('tool-call' as const),
      toolName: constantFrom('weather', 'search'),
      input: dictionary(string({ maxLength: 3 }), texts, { maxKeys: 2, noNullPrototype: true }).map((input) =>
        JSON.stringify(input),
      ),
      providerMetadata: constantFrom(undefined, { google: { thoughtSignature: 'CpMB' } }),
    }),
  ),
  { maxLength: 6 },
).map((parts) =>
  parts.map((part, index) => {
    const { providerMetadata, ...rest } = { providerMetadata: undefined, ...part };
    const named = { ...rest, ...(providerMetadata === undefined ? {} : { providerMetadata }) };
    return (part.type === 'tool-call' ? { ...named, toolCallId: `call_${index}` } : named) as LanguageModelV4Content;
  }),
);

describe('MessagesStreamEncoder', () => {
  it("makes events that Anthropic's client reassembles into the plain answer", async () => {
    const shapes = record({ size: nat({ max: 4 }).map((size) => size + 1), endsLate: boolean() });
    await assert(
      asyncProperty(anyContent, shapes, async (content, shape) => {
        const message = JSON.stringify(await final(streamed(content, shape)), withoutParsed);
        expect(JSON.parse(message)).toEqual(JSON.parse(plain(content)));
      }),
      { numRuns: 150 },
    );
  });

  it('gives the reader of the dialect usage, end and id, as the plain answer does', () => {
    const content: LanguageModelV4Content[] = [{ type: 'text', text: 'Grüße' }];
    const reader = new MessagesStreamReader();
    for (const byte of streamed(content, { size: 2, endsLate: false })) reader.push(Uint8Array.of(byte));
    reader.end();
    const { characters, ...facts } = messagesDialect.readAnswer(Buffer.from(plain(content))) ?? { characters: 0 };
    expect(reader.facts).toEqual({ ...facts, tokenEvents: 3, isDone: true });
    expect(characters).toBe(5);
    expect(facts.usage).toEqual({
      promptTokens: 30,
      completionTokens: 12,
      cachedPromptTokens: 15,
      cacheWritePromptTokens: 5,
      reasoningTokens: 4,
    });
  });

  it('gives a call whose input came at once the whole of it', async () => {
    const { content } = await final(
      encoded([
        { type: 'tool-input-start', id: 'a', toolName: 'weather' },
        { type: 'tool-input-end', id: 'a' },
        { type: 'tool-call', toolCallId: 'a', toolName: 'weather', input: '{"city":"Rome"}' },
        { type: 'finish', usage, finishReason: { unified: 'tool-calls', raw: 'tool_calls' } },
      ]),
    );
    expect(content).toMatchObject([{ type: 'tool_use', id: 'a', input: { city: 'Rome' } }]);
  });

  it('puts interleaved tool calls one after the other', async () => {
    const start = (id: string): LanguageModelV4StreamPart => ({ type: 'tool-input-start', id, toolName: 'weather' });
    const delta = (id: string, words: string): LanguageModelV4StreamPart => ({
      type: 'tool-input-delta',
      id,
      delta: words,
    });
    const { content } = await final(
      encoded([
        start('a'),
        delta('a', '{"city":'),
        start('b'),
        delta('b', '{"city":"Oslo"}'),
        delta('a', '"Rome"}'),
        { type: 'text-delta', id: 't', delta: 'Wait.' },
        { type: 'tool-input-end', id: 'a' },
        { type: 'tool-input-end', id: 'b' },
        { type: 'finish', usage, finishReason: { unified: 'tool-calls', raw: 'tool_calls' } },
      ]),
    );
    expect(content).toMatchObject([
      { type: 'tool_use', id: 'a', input: { city: 'Rome' } },
      { type: 'tool_use', id: 'b', input: { city: 'Oslo' } },
      { type: 'text', text: 'Wait.' },
    ]);
  });

  it('tells citations and the sequence that stopped a model of Anthropic', async () => {
    const citation = {
      type: 'char_location',
      cited_text: 'a',
      document_index: 0,
      start_char_index: 0,
      end_char_index: 1,
    };
    const message = await final(
      encoded([
        { type: 'text-delta', id: '0', delta: 'a' },
        { type: 'text-end', id: '0', providerMetadata: { anthropic: { citations: [citation] } } },
        {
          type: 'finish',
          usage,
          finishReason: { unified: 'stop', raw: 'stop_sequence' },
          providerMetadata: { anthropic: { stopSequence: '###' } },
        },
      ]),
    );
    expect(message).toMatchObject({
      content: [{ type: 'text', text: 'a', citations: [citation] }],
      stop_reason: 'stop_sequence',
      stop_sequence: '###',
    });
  });

  it('gives no end mark to an answer that broke off', () => {
    const cut = { type: 'finish', usage, finishReason: { unified: 'interrupted', raw: undefined } } as const;
    expect(encoded([{ type: 'text-delta', id: '0', delta: 'a' }, cut]).toString()).not.toContain('message_stop');
    expect(encoded([{ type: 'text-delta', id: '0', delta: 'a' }]).toString()).not.toContain('message_stop');
  });

  it('estimates and marks counts that the provider did not tell, so that they are no bill', async () => {
    const none = {
      total: undefined,
      noCache: undefined,
      cacheRead: undefined,
      cacheWrite: undefined,
      text: undefined,
      reasoning: undefined,
    };
    const bytes = encoded([
      { type: 'text-delta', id: '0', delta: 'a' },
      {
        type: 'finish',
        usage: { inputTokens: none, outputTokens: none },
        finishReason: { unified: 'length', raw: 'length' },
      },
    ]);
    const message = await final(bytes);
    expect(message.stop_reason).toBe('max_tokens');
    expect(message.usage.input_tokens).toBeGreaterThan(0);
    expect(message.usage.output_tokens).toBeGreaterThan(0);
    const reader = new MessagesStreamReader();
    reader.push(bytes);
    expect(reader.facts).toMatchObject({ isDone: true, finishReason: 'max_tokens' });
    expect(reader.facts.usage).toBeUndefined();
  });
});

describe('encodeMessagesAnswer', () => {
  it("makes an answer that Anthropic's client reads", async () => {
    const body = plain([
      { type: 'text', text: 'Look:' },
      { type: 'tool-call', toolCallId: 'call_1', toolName: 'weather', input: '{"city":"Oslo"}' },
    ]);
    const message = await client(body, 'application/json').messages.create(asked);
    expect(message).toMatchObject({
      id: 'up-1',
      model: 'gpt-9-1',
      stop_reason: 'tool_use',
      content: [
        { type: 'text', text: 'Look:' },
        { type: 'tool_use', id: 'call_1', name: 'weather', input: { city: 'Oslo' } },
      ],
      usage: { input_tokens: 10, cache_read_input_tokens: 15, cache_creation_input_tokens: 5, output_tokens: 12 },
    });
  });

  it.each([
    ['stop', 'stop', 'end_turn'],
    ['length', 'length', 'max_tokens'],
    ['content-filter', 'SAFETY', 'refusal'],
    ['stop', 'pause_turn', 'pause_turn'],
    ['length', 'model_context_window_exceeded', 'model_context_window_exceeded'],
    ['other', undefined, 'end_turn'],
  ] as const)('tells the end %s (%s) as %s', (unified, raw, reason) => {
    const result = { content: [], finishReason: { unified, raw }, usage, warnings: [] };
    expect(JSON.parse(encodeMessagesAnswer(result, context))).toMatchObject({ stop_reason: reason });
  });

  it('refuses to pass an answer that broke off for a whole one', () => {
    const result = { content: [], finishReason: { unified: 'error', raw: undefined }, usage, warnings: [] } as const;
    expect(() => encodeMessagesAnswer({ ...result, content: [], warnings: [] }, context)).toThrow('ended its answer');
  });
});
