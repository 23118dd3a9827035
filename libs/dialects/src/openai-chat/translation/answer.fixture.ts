import type {
  LanguageModelV4Content,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
  SharedV4ProviderMetadata,
} from '@ai-sdk/provider';
import * as fc from 'fast-check';
import type { AnswerContext } from '../../translation/translation.js';

/** One piece of an answer: as a whole, and as the parts of a stream that it comes in. */
export interface Piece {
  readonly content: LanguageModelV4Content;
  readonly parts: readonly LanguageModelV4StreamPart[];
}

export const context: AnswerContext = {
  requestId: '01890a5d-ac96-774b-bcce-b302099a8057',
  model: 'model-1',
  createdSeconds: 1_790_000_000,
  usageAsked: true,
  request: {},
};

export const usage: LanguageModelV4Usage = {
  inputTokens: { total: 40, noCache: 10, cacheRead: 20, cacheWrite: 10 },
  outputTokens: { total: 9, text: 4, reasoning: 5 },
};

const deltas = fc.array(fc.string({ unit: 'grapheme', maxLength: 8 }), { maxLength: 4 });
const metadata = fc.option(
  fc.constantFrom<SharedV4ProviderMetadata>(
    { anthropic: { signature: 'sig-ä' } },
    { amazonBedrock: { redactedContent: 'cmVk' }, bedrock: { redactedContent: 'cmVk' } },
    { google: { thoughtSignature: 'thought' } },
    { other: { itemId: 'x' } },
  ),
  { nil: undefined },
);
const signedCall = fc.option(fc.constant<SharedV4ProviderMetadata>({ google: { thoughtSignature: 'call' } }), {
  nil: undefined,
});

const text = fc
  .record({ deltas, providerMetadata: metadata, cites: fc.boolean() })
  .map(({ deltas: pieces, providerMetadata, cites }): Piece => {
    const citations = cites ? [{ source: url('https://a.example/'), startIndex: 0, endIndex: 1 }] : [];
    return {
      content: { type: 'text', text: pieces.join(''), providerMetadata, citations },
      parts: [
        { type: 'text-start', id: '0' },
        ...pieces.map((delta) => ({ type: 'text-delta', id: '0', delta }) as const),
        { type: 'text-end', id: '0', providerMetadata, citations },
      ],
    };
  });

const reasoning = fc
  .record({ deltas, providerMetadata: metadata })
  .map(({ deltas: pieces, providerMetadata }): Piece => ({
    content: { type: 'reasoning', text: pieces.join(''), providerMetadata },
    parts: [
      { type: 'reasoning-start', id: '0' },
      ...pieces.map((delta) => ({ type: 'reasoning-delta', id: '0', delta }) as const),
      { type: 'reasoning-delta', id: '0', delta: '', providerMetadata },
      { type: 'reasoning-end', id: '0' },
    ],
  }));

const call = fc
  .record({ id: fc.uuid(), value: fc.string({ unit: 'grapheme' }), form: fc.nat(2), metadata: signedCall })
  .map(({ id, value, form, metadata: providerMetadata }): Piece => {
    const input = JSON.stringify({ value });
    const whole = { type: 'tool-call', toolCallId: id, toolName: 'look', input, providerMetadata } as const;
    const start = { type: 'tool-input-start', id, toolName: 'look' } as const;
    const half = Math.floor(input.length / 2);
    const pieces = [input.slice(0, half), input.slice(half)].map(
      (delta) => ({ type: 'tool-input-delta', id, delta }) as const,
    );
    const forms: LanguageModelV4StreamPart[][] = [
      [whole],
      [start, { type: 'tool-input-end', id }, whole],
      [start, ...pieces, { type: 'tool-input-end', id }, whole],
    ];
    return { content: whole, parts: forms[form] ?? [] };
  });

const source = fc.constantFrom('https://a.example/', 'https://b.example/').map((address): Piece => same(url(address)));
const picture = fc.constant<Piece>(
  same({ type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'iVBORw0KGgo=' } }),
);
const searched = fc.constant<Piece>(
  same({ type: 'tool-call', toolCallId: 's', toolName: 'web_search', input: '{}', providerExecuted: true }),
);

/** Any pieces in any order. */
export const anyPieces = fc.array(fc.oneof(text, reasoning, call, source, picture, searched), { maxLength: 12 });

/** The pieces as a whole answer. */
export function resultOf(pieces: readonly Piece[]): LanguageModelV4GenerateResult {
  return {
    content: pieces.map(({ content }) => content),
    finishReason: { unified: 'stop', raw: 'end_turn' },
    usage,
    warnings: [],
    response: { id: 'msg_1', modelId: 'model-1-snapshot' },
  };
}

/** The pieces as a stream. */
export function partsOf(pieces: readonly Piece[]): LanguageModelV4StreamPart[] {
  return [
    { type: 'stream-start', warnings: [] },
    { type: 'response-metadata', id: 'msg_1', modelId: 'model-1-snapshot' },
    ...pieces.flatMap(({ parts }) => parts),
    { type: 'finish', finishReason: { unified: 'stop', raw: 'end_turn' }, usage },
  ];
}

function same(content: LanguageModelV4Content & LanguageModelV4StreamPart): Piece {
  return { content, parts: [content] };
}

function url(address: string) {
  return { type: 'source', sourceType: 'url', id: address, url: address, title: 'A page' } as const;
}
