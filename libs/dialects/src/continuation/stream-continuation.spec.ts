import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { DialectStreamError, type CallerDialect } from '../caller-dialect.js';
import { messagesDialect } from '../anthropic-messages/messages-dialect.js';
import { chatDialect } from '../openai-chat/chat-dialect.js';
import { responsesDialect } from '../openai-responses/responses-dialect.js';
import type { ContinuationStyle } from './stream-continuation.js';

/** How a dialect's stream of a text looks, and what its caller reads in it. */
interface Wire {
  readonly dialect: CallerDialect;
  /** Names of members of a request. */
  readonly list: string;
  readonly bound: string;
  /** A wish for an answer of a given form. */
  readonly form: object;
  /** The beginning of a call of a tool. */
  readonly toolCall: string;
  stream(id: string, pieces: readonly string[]): string;
  /** The text, and how often beginning, end and end mark came. */
  read(events: readonly Record<string, unknown>[]): { text: string; marks: unknown[] };
}

const data = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;
const chunk = (id: string, delta: object, finish: string | null = null): string =>
  data({ id, created: 1, model: `model-${id}`, choices: [{ index: 0, delta, finish_reason: finish }] });
const named = (value: { readonly type: string; readonly [member: string]: unknown }): string =>
  `event: ${value.type}\n${data(value)}`;

const RESPONSES_USAGE = { input_tokens: 50, output_tokens: 7, total_tokens: 57 };
const CHAT: Wire = {
  dialect: chatDialect,
  list: 'messages',
  bound: 'max_tokens',
  form: { response_format: { type: 'json_object' } },
  toolCall: chunk('1', { tool_calls: [{ index: 0, function: { name: 'f' } }] }),
  stream: (id, pieces) =>
    chunk(id, { role: 'assistant', content: '' }) +
    pieces.map((content) => chunk(id, { content })).join('') +
    chunk(id, {}, 'stop') +
    data({ id, choices: [], usage: { prompt_tokens: 50, completion_tokens: 7, total_tokens: 57 } }) +
    'data: [DONE]\n\n',
  read: (events) => {
    const choices = events.flatMap(
      (event) => (event['choices'] ?? []) as { delta: Record<string, string>; finish_reason?: string }[],
    );
    const usage = events.flatMap((event) => (event['usage'] ? [event['usage']] : []));
    return {
      text: choices.map(({ delta }) => delta['content'] ?? '').join(''),
      marks: [
        new Set(events.filter(({ id }) => id !== undefined).map(({ id, model }) => JSON.stringify([id, model]))),
        choices.filter(({ delta }) => delta['role']).length,
        choices.flatMap(({ finish_reason: reason }) => reason ?? []),
        usage,
        events.filter(({ isDone }) => isDone).length,
      ],
    };
  },
};

const MESSAGE = { id: 'msg', type: 'message', role: 'assistant' };
const TEXT_PLACE = { item_id: 'msg', output_index: 0, content_index: 0 };
const RESPONSES: Wire = {
  dialect: responsesDialect,
  list: 'input',
  bound: 'max_output_tokens',
  form: { text: { format: { type: 'json_schema' } } },
  toolCall: data({ type: 'response.output_item.added', output_index: 1, item: { type: 'function_call', name: 'f' } }),
  stream: (id, pieces) => {
    const events = [
      { type: 'response.created', response: { id, model: `model-${id}`, status: 'in_progress', output: [] } },
      { type: 'response.output_item.added', output_index: 0, item: { ...MESSAGE, content: [] } },
      { type: 'response.content_part.added', ...TEXT_PLACE, part: { type: 'output_text', text: '' } },
      ...pieces.map((delta) => ({ type: 'response.output_text.delta', ...TEXT_PLACE, delta })),
      { type: 'response.output_text.done', ...TEXT_PLACE, text: pieces.join('') },
      { type: 'response.completed', response: { id, status: 'completed', output: [], usage: RESPONSES_USAGE } },
    ];
    return events.map((event, index) => named({ ...event, sequence_number: index })).join('');
  },
  read: (events) => {
    const typed = events as {
      type: string;
      delta?: string;
      text?: string;
      response?: object;
      sequence_number: number;
    }[];
    const of = (type: string) => typed.filter((event) => event.type === `response.${type}`);
    const text = of('output_text.delta')
      .map(({ delta }) => delta)
      .join('');
    return {
      text,
      marks: [
        typed.every(({ sequence_number: sequence }, index) => sequence === index),
        of('created').length,
        of('output_item.added').length,
        of('output_text.done').map((event) => event.text === text),
        [...of('completed'), ...of('incomplete')].map(({ response }) => response),
        of('completed').length + of('incomplete').length,
      ],
    };
  },
};

const MESSAGES: Wire = {
  dialect: messagesDialect,
  list: 'messages',
  bound: 'max_tokens',
  form: { output_config: { format: { type: 'json_schema' } } },
  toolCall: data({ type: 'content_block_start', index: 1, content_block: { type: 'tool_use', id: 't', name: 'f' } }),
  stream: (id, pieces) =>
    named({ type: 'message_start', message: { id, usage: { input_tokens: 10, output_tokens: 1 } } }) +
    named({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }) +
    'event: ping\ndata: {"type": "ping"}\n\n' +
    pieces
      .map((text) => named({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } }))
      .join('') +
    named({ type: 'content_block_stop', index: 0 }) +
    named({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 7 } }) +
    named({ type: 'message_stop' }),
  read: (events) => {
    const typed = events as {
      type: string;
      delta?: { text?: string; stop_reason?: string };
      usage?: unknown;
      index?: number;
    }[];
    const of = (type: string) => typed.filter((event) => event.type === type);
    return {
      text: of('content_block_delta')
        .map(({ delta }) => delta?.text ?? '')
        .join(''),
      marks: [
        of('message_start').length,
        of('content_block_start').map(({ index }) => index),
        of('content_block_stop').map(({ index }) => index),
        of('message_delta').map(({ delta, usage }) => [delta?.stop_reason, usage]),
        of('message_stop').length,
      ],
    };
  },
};

function eventsOf(text: string): Record<string, unknown>[] {
  return text
    .split('\n\n')
    .filter((event) => event.includes('data:'))
    .map((event) => event.slice(event.indexOf('data:') + 5).trim())
    .map((told) => (told === '[DONE]' ? { isDone: true } : (JSON.parse(told) as Record<string, unknown>)));
}

/** What a reader lets through of a stream, a piece at a time, and whether it came to its end. */
function through(dialect: CallerDialect, bytes: Buffer, relay: (events: Buffer) => void): boolean {
  const reader = dialect.streamReader?.({ usageAsked: true });
  try {
    for (let start = 0; start < bytes.length; start += 37)
      relay(reader?.push(bytes.subarray(start, start + 37)) ?? bytes);
    reader?.end();
    return true;
  } catch (error) {
    if (error instanceof DialectStreamError) return false;
    throw error;
  }
}

const inPieces = (text: string, length: number): string[] => text.match(new RegExp(`[^]{1,${length}}`, 'gu')) ?? [];
const BEFORE = { promptTokens: 10, completionTokens: 5 };

describe.each([
  ['openai-chat', CHAT],
  ['anthropic-messages', MESSAGES],
  ['openai-responses', RESPONSES],
])('a broken stream of %s that is gone on with', (_name, wire) => {
  it('reads as the whole one, with one beginning and one end, wherever it broke and whatever is repeated', () => {
    const words = fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 9 }), {
      minLength: 3,
      maxLength: 20,
    });
    const style = fc.constantFrom<ContinuationStyle>('prefill', 'instruction');
    fc.assert(
      fc.property(
        words,
        fc.nat(),
        fc.nat(),
        fc.integer({ min: 1, max: 12 }),
        style,
        (drawn, cutAt, back, length, how) => {
          const whole = drawn.map((word, index) => `${index}:${word.trim()}.`).join(' ');
          const bytes = Buffer.from(wire.stream('1', inPieces(whole, length)));
          const continuation = wire.dialect.continuation?.({ usageAsked: true });
          if (!continuation) throw new Error('the dialect has no continuation');
          let told = '';
          const relay = (events: Buffer) => void (told += continuation.relay(events).toString());
          const isWhole = through(wire.dialect, bytes.subarray(0, cutAt % bytes.length), relay);
          expect(isWhole).toBe(false);

          if (continuation.canGoOn) {
            const soFar = wire.read(eventsOf(told)).text;
            const repeated = Math.min(back % (soFar.length + 1), soFar.length);
            const asked = how === 'prefill' ? soFar.trimEnd().length : soFar.length;
            const overlap = soFar.slice(soFar.length - repeated).trim().length < 9 ? soFar.length - asked : repeated;
            continuation.resume(how, BEFORE);
            const rest = wire.stream('2', inPieces(whole.slice(soFar.length - overlap), length));
            expect(through(wire.dialect, Buffer.from(rest), relay)).toBe(true);
            expect(wire.read(eventsOf(told))).toEqual({ text: whole, marks: marksOf(wire, 12) });
          } else if (continuation.finishReason !== undefined) {
            told += continuation.end(BEFORE).toString();
            const { text, marks } = wire.read(eventsOf(told));
            expect(text).toBe(whole);
            expect(marks.at(-1)).toBe(1);
          } else {
            // Nothing has been said yet, or all of it without the end.
            expect(['', whole]).toContain(wire.read(eventsOf(told)).text);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('ends as long as it may be where no room is left', () => {
    const continuation = wire.dialect.continuation?.({ usageAsked: true });
    const begun = wire.stream('1', ['Hello ', 'world']).split('world')[0] ?? '';
    const relayed = begun.slice(0, begun.lastIndexOf('\n\n') + 2);
    let told = continuation?.relay(Buffer.from(relayed)).toString() ?? '';
    const body = { model: 'm', [wire.list]: [{ role: 'user', content: 'Hi' }], [wire.bound]: 20 };
    const order = { style: 'instruction' as const };
    expect(continuation?.requestForRest(Buffer.from(JSON.stringify(body)), { ...order, answeredTokens: 20 })).toBe(
      'used_up',
    );
    told += continuation?.end(BEFORE).toString() ?? '';

    const { text, marks } = wire.read(eventsOf(told));
    expect(text).toBe('Hello ');
    expect(JSON.stringify(marks)).toMatch(/"length"|"max_tokens"|"max_output_tokens"/);
    expect(marks.at(-1)).toBe(1);
  });

  it('is asked for with the answer so far, within what is left of the bound, all else as it came', () => {
    const continuation = wire.dialect.continuation?.({ usageAsked: true });
    const begun = wire.stream('1', ['Hello \n', 'world']).split('world')[0] ?? '';
    continuation?.relay(Buffer.from(begun.slice(0, begun.lastIndexOf('\n\n') + 2)));
    const { list, bound } = wire;
    const body = `{"model":"m", "${bound}":20,"seed":12345678901234567890,"${list}":[{"role":"user","content":"Hi"}] }`;
    const asked = (style: ContinuationStyle) =>
      String(continuation?.requestForRest(Buffer.from(body), { style, answeredTokens: 4 }));

    const start = `{"model":"m", "${bound}":16,"seed":12345678901234567890,"${list}":[{"role":"user","content":"Hi"},`;
    expect(asked('prefill')).toBe(`${start}{"role":"assistant","content":"Hello"}] }`);
    expect(asked('instruction')).toMatch(
      `${start}{"role":"assistant","content":"Hello \\n"},{"role":"user","content":"`,
    );
    expect(() => wire.dialect.readFacts(Buffer.from(asked('instruction')))).not.toThrow();
  });

  it('is not gone on with where tools are called, or a form is asked for', () => {
    const called = wire.dialect.continuation?.({ usageAsked: true });
    const begun = wire.stream('1', ['Hello ', 'world']).split('world')[0] ?? '';
    called?.relay(Buffer.from(begun.slice(0, begun.lastIndexOf('\n\n') + 2)));
    expect(called?.canGoOn).toBe(true);
    called?.relay(Buffer.from(wire.toolCall));
    expect(called?.canGoOn).toBe(false);

    const formed = wire.dialect.continuation?.({ usageAsked: true });
    const body = Buffer.from(
      JSON.stringify({ model: 'm', [wire.list]: [{ role: 'user', content: 'Hi' }], ...wire.form }),
    );
    expect(formed?.requestForRest(body, { style: 'instruction', answeredTokens: 1 })).toBeUndefined();
  });
});

it('takes the place of a text that stands for the messages', () => {
  const continuation = responsesDialect.continuation();
  continuation.relay(Buffer.from(RESPONSES.stream('1', ['Hello']).split('event: response.output_text.done')[0] ?? ''));
  const body = Buffer.from('{"input": "Hi", "model":"m"}');

  expect(continuation.requestForRest(body, { style: 'prefill', answeredTokens: 1 })?.toString()).toBe(
    '{"input": [{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}], "model":"m"}',
  );
});

function marksOf(wire: Wire, completionTokens: number): unknown[] {
  if (wire === MESSAGES) return [1, [0], [0], [['end_turn', { output_tokens: completionTokens }]], 1];
  if (wire === RESPONSES) {
    const output = [{ ...MESSAGE, status: 'completed', content: [expect.anything()] }];
    const usage = expect.objectContaining({ input_tokens: BEFORE.promptTokens, output_tokens: completionTokens });
    const response = { id: '1', model: 'model-1', status: 'completed', incomplete_details: null, output, usage };
    return [true, 1, 1, [true], [response], 1];
  }
  const usage = {
    prompt_tokens: BEFORE.promptTokens,
    completion_tokens: completionTokens,
    total_tokens: BEFORE.promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0 },
  };
  return [new Set([JSON.stringify(['1', 'model-1'])]), 1, ['stop'], [usage], 1];
}
