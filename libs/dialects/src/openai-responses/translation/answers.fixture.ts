import type {
  LanguageModelV4Content,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider';
import { array, constant, constantFrom, oneof, record, string, tuple, type Arbitrary } from 'fast-check';
import type { AnswerContext } from '../../translation/translation.js';

/** What the answers of a test are encoded with. */
export const answerContext: AnswerContext = {
  requestId: 'req_0192f0a0b0c07000800000000000000f',
  model: 'claude-x',
  createdSeconds: 1_763_800_000,
  usageAsked: true,
  request: { model: 'smart', input: 'hello', instructions: 'be kind', temperature: 0.5, store: true },
};

export const usage: LanguageModelV4GenerateResult['usage'] = {
  inputTokens: { total: 30, noCache: 20, cacheRead: 8, cacheWrite: 2 },
  outputTokens: { total: 12, text: 7, reasoning: 5 },
};

/** A piece of an answer, as a plain answer holds it and as a stream brings it. */
interface Piece {
  readonly content: LanguageModelV4Content;
  /** The texts whose deltas make it up; empty for what comes whole. */
  readonly deltas: readonly string[];
}

const words = string({ unit: 'binary', maxLength: 12 });
const deltas = array(words, { minLength: 1, maxLength: 4 });
const signature = oneof(constant({}), constant({ providerMetadata: { anthropic: { signature: 'c2ln' } } }));
const thoughtSignature = oneof(constant({}), constant({ providerMetadata: { google: { thoughtSignature: 'dGhv' } } }));
const call = record({ toolName: constantFrom('look_up', 'add'), pieces: deltas });

const text = deltas.map((parts): Piece => ({ content: { type: 'text', text: parts.join('') }, deltas: parts }));
const reasoning = tuple(deltas, signature).map(([parts, marks]): Piece => ({
  content: { type: 'reasoning', text: parts.join(''), ...marks },
  deltas: parts,
}));
const toolCall = tuple(call, thoughtSignature).map(([{ toolName, pieces }, marks]): Piece => ({
  content: { type: 'tool-call', toolCallId: '', toolName, input: pieces.join(''), ...marks },
  deltas: pieces,
}));
const source = constantFrom('https://one.example/', 'https://two.example/').map((url): Piece => ({
  content: { type: 'source', sourceType: 'url', id: url, url, title: 'T' },
  deltas: [],
}));
const image: Arbitrary<Piece> = constant({
  content: { type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'iVBORw0KGgo=' } },
  deltas: [],
});

const finishReason = constantFrom('stop', 'length', 'content-filter', 'tool-calls', 'other').map((unified) => ({
  unified: unified as 'stop',
  raw: unified,
}));

/** Any answer, in both of its forms. */
export const answers = tuple(
  array(oneof(text, reasoning, toolCall, source, image), { maxLength: 6 }),
  finishReason,
).map(([pieces, reason]) => {
  const numbered = pieces.map((piece, index) => withId(piece, `call_${index}`));
  const result: LanguageModelV4GenerateResult = {
    content: numbered.map(({ content }) => content),
    finishReason: reason,
    usage,
    warnings: [],
  };
  const parts: LanguageModelV4StreamPart[] = [
    { type: 'stream-start', warnings: [] },
    ...numbered.flatMap((piece, index) => partsOf(piece, String(index))),
    { type: 'finish', usage, finishReason: reason },
  ];
  return { result, parts };
});

function withId({ content, deltas: pieces }: Piece, id: string): Piece {
  return { content: content.type === 'tool-call' ? { ...content, toolCallId: id } : content, deltas: pieces };
}

function partsOf({ content, deltas: pieces }: Piece, id: string): LanguageModelV4StreamPart[] {
  if (content.type === 'text')
    return [
      { type: 'text-start', id },
      ...pieces.map((delta) => ({ type: 'text-delta', id, delta }) as const),
      { type: 'text-end', id },
    ];
  if (content.type === 'reasoning') {
    const marks = content.providerMetadata ? { providerMetadata: content.providerMetadata } : {};
    const written = pieces.map((delta) => ({ type: 'reasoning-delta', id, delta }) as const);
    return [{ type: 'reasoning-start', id }, ...written, { type: 'reasoning-end', id, ...marks }];
  }
  if (content.type === 'tool-call') {
    const { toolCallId, toolName } = content;
    const written = pieces.map((delta) => ({ type: 'tool-input-delta', id: toolCallId, delta }) as const);
    return [
      { type: 'tool-input-start', id: toolCallId, toolName },
      ...written,
      { type: 'tool-input-end', id: toolCallId },
      content,
    ];
  }
  return [content];
}
