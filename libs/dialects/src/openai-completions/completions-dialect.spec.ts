import { describe, expect, it } from '@jest/globals';
import type { LanguageModelV4Content, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { array, assert, nat, property, string } from 'fast-check';
import type { DialectFacts, StreamFacts } from '../caller-dialect.js';
import { context, usage } from '../openai-chat/translation/answer.fixture.js';
import { completionsDialect } from './completions-dialect.js';

const { translation } = completionsDialect;
const bytes = (request: object): Buffer => Buffer.from(JSON.stringify({ model: 'm', ...request }));
const facts = (request: object): DialectFacts => completionsDialect.readFacts(bytes(request));
const finishReason = { unified: 'stop', raw: undefined } as const;
const USAGE = {
  promptTokens: 40,
  completionTokens: 9,
  cachedPromptTokens: 20,
  cacheWritePromptTokens: 10,
  reasoningTokens: 5,
};

describe('completionsDialect', () => {
  it('reads what a request says of itself', () => {
    expect(facts({ prompt: 'Once upon', max_tokens: 5, stream: true, user: 'u' })).toMatchObject({
      dialect: 'openai-completions',
      operation: 'text_completion',
      model: 'm',
      stream: true,
      usageAsked: false,
      estimatedPromptTokens: 3,
      maxCompletionTokens: 5,
      endUser: 'u',
    });
    expect(facts({ prompt: ['Once', 'upon'] }).estimatedPromptTokens).toBe(2);
    expect(facts({ prompt: [1, 2, 3] }).estimatedPromptTokens).toBe(3);
    expect(facts({ prompt: [[1, 2, 3], [4]] }).estimatedPromptTokens).toBe(4);
  });

  it('tells how many answers are made, whichever of them are chosen', () => {
    const choices = (request: object) => facts({ prompt: 'Once', ...request }).choices;
    expect([choices({}), choices({ n: 1 }), choices({ n: 2 }), choices({ n: 2, best_of: 5 })]).toEqual([
      undefined,
      undefined,
      2,
      5,
    ]);
    expect([choices({ prompt: ['Once', 'upon'], n: 3 }), choices({ prompt: [1, 2] })]).toEqual([6, undefined]);
  });

  it('tells the longest of many prompts, each of which has a context window for itself', () => {
    const longest = (prompt: unknown) => facts({ prompt }).longestPromptTokens;
    expect([longest('Once'), longest([1, 2, 3]), longest(['Once'])]).toEqual([undefined, undefined, undefined]);
    expect([longest(['Once', 'upon a']), longest([[1, 2, 3], [4]])]).toEqual([2, 3]);
  });

  it.each([
    ['no prompt', {}, 'prompt'],
    ['an empty list of prompts', { prompt: [] }, 'prompt'],
    ['a number for a prompt', { prompt: 1 }, 'prompt'],
    ['no tokens to say', { prompt: 'x', max_tokens: 0 }, 'max_tokens'],
  ])('refuses %s', (_what, request, param) => {
    expect(() => facts(request)).toThrow(expect.objectContaining({ status: 400, param }));
  });

  it('passes on to providers of the same dialect with the model replaced and usage asked for', () => {
    const body = bytes({ prompt: [1, 2], stream: true, odd: 1 });
    const sent = completionsDialect.providerBody(body, facts({ prompt: [1, 2], stream: true, odd: 1 }), 'other');
    expect(JSON.parse(sent.toString())).toEqual({
      model: 'other',
      prompt: [1, 2],
      stream: true,
      odd: 1,
      stream_options: { include_usage: true },
    });
  });

  it('becomes a question of a user, and says what is lost', () => {
    const { options, warnings } = translation.readRequest(
      bytes({ prompt: ['Once'], max_tokens: 5, n: 2, best_of: 3, echo: true, logprobs: 1, suffix: 's', stop: ['x'] }),
    );
    expect(options).toMatchObject({
      prompt: [{ role: 'user', content: [{ type: 'text', text: 'Once' }] }],
      maxOutputTokens: 5,
      stopSequences: ['x'],
    });
    expect(warnings.map((warning) => String(/'(\w+)'/.exec(warning)?.[1]))).toEqual([
      'n',
      'echo',
      'suffix',
      'best_of',
      'logprobs',
    ]);
    const plain = translation.readRequest(bytes({ prompt: 'Once', n: 1, best_of: 1, echo: false, logprobs: null }));
    expect(plain.warnings).toEqual([]);
  });

  it.each([[[1, 2]], [[[1], [2]]], [['one', 'two']]])('cannot be translated with the prompt %j', (prompt) => {
    expect(() => translation.readRequest(bytes({ prompt }))).toThrow(
      expect.objectContaining({ name: 'Untranslatable' }),
    );
  });

  it('gives a whole answer that its own reader understands', () => {
    const content = [
      { type: 'reasoning', text: 'Hm' },
      { type: 'text', text: ' a time' },
    ] as const;
    const answer = translation.encodeAnswer({ content: [...content], finishReason, usage, warnings: [] }, context);
    expect(JSON.parse(answer)).toMatchObject({
      id: `cmpl-${context.requestId}`,
      object: 'text_completion',
      model: 'model-1',
      choices: [{ text: ' a time', index: 0, logprobs: null, finish_reason: 'stop' }],
    });
    expect(completionsDialect.readAnswer(Buffer.from(answer))).toEqual({
      upstreamId: `cmpl-${context.requestId}`,
      finishReason: 'stop',
      usage: USAGE,
      characters: 7,
    });
  });

  it('gives a stream that makes up the whole answer, whatever its pieces and however its bytes are split', () => {
    const pieces = array(array(string({ unit: 'binary', minLength: 1 }), { maxLength: 4 }), { maxLength: 4 });
    assert(
      property(pieces, array(nat()), (texts, cuts) => {
        const content: LanguageModelV4Content[] = texts.map((text) => ({ type: 'text', text: text.join('') }));
        const parts: LanguageModelV4StreamPart[] = texts.flatMap((text, index) => [
          { type: 'text-start', id: `${index}` },
          ...text.map((delta) => ({ type: 'text-delta' as const, id: `${index}`, delta })),
          { type: 'text-end', id: `${index}` },
        ]);
        const encoder = translation.streamEncoder(context);
        const whole = [...parts, { type: 'finish' as const, finishReason, usage }].map((part) => encoder.part(part));
        const events = Buffer.from(whole.join('') + encoder.end());
        const reader = completionsDialect.streamReader({ usageAsked: true });
        const places = [0, ...cuts.map((cut) => cut % (events.length + 1)), events.length].toSorted((a, b) => a - b);
        const relayed = places.map((place, index) => reader.push(events.subarray(place, places[index + 1])));
        const said = [
          ...Buffer.concat(relayed)
            .toString()
            .matchAll(/^data: (\{.*)$/gm),
        ]
          .map(([, data]) => (JSON.parse(data ?? '') as { choices: { text: string }[] }).choices[0]?.text ?? '')
          .join('');
        const answer = translation.encodeAnswer({ content, finishReason, usage, warnings: [] }, context);
        const plain = JSON.parse(answer) as { choices: { text: string }[] };
        expect(said).toBe(plain.choices[0]?.text);
        expect(reader.facts).toMatchObject({ finishReason: 'stop', usage: USAGE, isDone: true });
      }),
      { numRuns: 200 },
    );
  });

  it('gives a stream that its own reader understands, byte by byte', () => {
    const parts: LanguageModelV4StreamPart[] = [
      { type: 'text-start', id: '1' },
      { type: 'text-delta', id: '1', delta: ' ä' },
      { type: 'text-delta', id: '1', delta: ' time' },
      { type: 'text-end', id: '1' },
      { type: 'finish', finishReason, usage },
    ];
    const encoder = translation.streamEncoder(context);
    const events = Buffer.from(parts.map((part) => encoder.part(part)).join('') + encoder.end());
    const read = (usageAsked: boolean): { relayed: string; learnt: StreamFacts } => {
      const reader = completionsDialect.streamReader({ usageAsked });
      const relayed = Buffer.concat([...events].map((byte) => reader.push(Uint8Array.of(byte)))).toString();
      return { relayed, learnt: reader.facts };
    };
    expect(read(true).relayed).toBe(events.toString());
    expect(read(false).relayed).not.toContain('"usage"');
    expect(read(true).learnt).toMatchObject({ finishReason: 'stop', usage: USAGE, isDone: true, tokenEvents: 2 });
    expect(translation.streamEncoder(context).end()).toBe('');
  });
});
