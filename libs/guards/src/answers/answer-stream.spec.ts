import { describe, expect, it } from '@jest/globals';
import { array, assert, asyncProperty, constantFrom, integer } from 'fast-check';
import type { GuardEntry } from '#libs/contracts';
import { guardsOn } from '../compiled-guard.js';
import { guardAnswer, guardRequest } from '../guard-body.js';
import { GuardRefused } from '../guard-refused.error.js';
import { Placeholders } from '../masking/placeholders.js';
import { noSources } from '../sources.fixture.js';
import { AnswerStream } from './answer-stream.js';

const reversible: GuardEntry = {
  name: 'pii',
  on: ['request', 'answer'],
  kind: 'detect',
  classes: ['email', 'card', 'iban', 'phone', 'secret'],
  action: 'reversible',
};
const masking: GuardEntry = { ...reversible, action: 'mask' };
const blocking: GuardEntry = { ...reversible, action: 'block' };
const guards = guardsOn('request', [reversible]);

/** How each dialect says a text in a stream, in pieces, and how a caller puts it together again. */
interface Speech {
  readonly events: (pieces: readonly string[], isTool: boolean) => readonly string[];
  readonly heard: (stream: string, isTool: boolean) => string;
}

function dataOf(stream: string): Record<string, never>[] {
  return stream
    .split('\n\n')
    .flatMap((event) => event.split('\n').filter((line) => line.startsWith('data: ')))
    .filter((line) => line !== 'data: [DONE]')
    .map((line) => JSON.parse(line.slice('data: '.length)) as Record<string, never>);
}

const data = (value: unknown, name?: string): string =>
  `${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(value)}\n\n`;

const SPEECHES: Readonly<Record<string, Speech>> = {
  'openai-chat': {
    events: (pieces, isTool) => [
      ...pieces.map((piece) => {
        const delta = isTool ? { tool_calls: [{ index: 0, function: { arguments: piece } }] } : { content: piece };
        return data({ choices: [{ index: 0, delta, finish_reason: null }] });
      }),
      data({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
      'data: [DONE]\n\n',
    ],
    heard: (stream, isTool) =>
      dataOf(stream)
        .flatMap(
          ({ choices }) =>
            choices as unknown as { delta: { content?: string; tool_calls?: { function: { arguments: string } }[] } }[],
        )
        .map(({ delta }) => (isTool ? delta.tool_calls?.[0]?.function.arguments : delta.content) ?? '')
        .join(''),
  },
  'anthropic-messages': {
    events: (pieces, isTool) => [
      data({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }, 'content_block_start'),
      ...pieces.map((piece) => {
        const delta = isTool ? { type: 'input_json_delta', partial_json: piece } : { type: 'text_delta', text: piece };
        return data({ type: 'content_block_delta', index: 0, delta }, 'content_block_delta');
      }),
      data({ type: 'content_block_stop', index: 0 }, 'content_block_stop'),
      data({ type: 'message_stop' }, 'message_stop'),
    ],
    heard: (stream, isTool) =>
      dataOf(stream)
        .map(({ delta }) => (delta ?? {}) as { text?: string; partial_json?: string })
        .map(({ text, partial_json: json }) => (isTool ? json : text) ?? '')
        .join(''),
  },
  'openai-responses': {
    events: (pieces, isTool) => {
      const kind = isTool ? 'response.function_call_arguments' : 'response.output_text';
      const place = { item_id: 'item_1', output_index: 0, content_index: 0 };
      return [
        ...pieces.map((piece) => data({ type: `${kind}.delta`, ...place, delta: piece }, `${kind}.delta`)),
        data({ type: `${kind}.done`, ...place, [isTool ? 'arguments' : 'text']: pieces.join('') }, `${kind}.done`),
        data({ type: 'response.completed', response: { id: 'resp_1', output: [] } }, 'response.completed'),
      ];
    },
    heard: (stream) =>
      dataOf(stream)
        .map(({ delta }) => (delta as unknown as string | undefined) ?? '')
        .join(''),
  },
};

/** Passes bytes through in pieces of any size. */
function through(stream: AnswerStream, text: string, size: number): string {
  const bytes = Buffer.from(text);
  let out = '';
  for (let at = 0; at < bytes.length; at += size) out += stream.push(bytes.subarray(at, at + size));
  return out + stream.end();
}

function cut(text: string, sizes: readonly number[]): string[] {
  const pieces: string[] = [];
  let at = 0;
  for (let index = 0; at < text.length; index++) {
    const size = sizes[index % sizes.length] ?? 1;
    pieces.push(text.slice(at, at + size));
    at += size;
  }
  return pieces;
}

const words = constantFrom(
  'Write to',
  'anna.müller@example.com',
  'and [not a mark]',
  'pay DE89 3704 0044 0532 0130 00',
  'with 4111 1111 1111 1111',
  'or call +49 30 901820',
  '"quoted" \\ and\nnew line',
  '[EMAIL_7]',
  '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',
  'Grüße 🙂',
  'bob@example.org, bob@example.org',
);
const texts = array(words, { minLength: 1, maxLength: 8 }).map((all) => all.join(' '));
const sizes = array(integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });

async function masked(text: string): Promise<{ text: string; placeholders: Placeholders }> {
  const { body, placeholders } = await guardRequest(
    JSON.stringify({ messages: [{ content: text }] }),
    guards,
    noSources,
  );
  const { messages } = JSON.parse(body) as { messages: [{ content: string }] };
  return { text: messages[0].content, placeholders };
}

describe('what is masked until the answer comes back', () => {
  it.each(Object.keys(SPEECHES))('is restored however the stream of %s is cut', async (dialect) => {
    const { events, heard } = SPEECHES[dialect] as Speech;
    await assert(
      asyncProperty(texts, sizes, integer({ min: 1, max: 60 }), async (text, pieces, bytes) => {
        const { text: hidden, placeholders } = await masked(text);
        const stream = new AnswerStream([], placeholders);
        expect(heard(through(stream, events(cut(hidden, pieces), false).join(''), bytes), false)).toBe(text);
      }),
      { numRuns: 150 },
    );
  });

  it.each(Object.keys(SPEECHES))('is restored within the JSON that %s gives to tools', async (dialect) => {
    const { events, heard } = SPEECHES[dialect] as Speech;
    await assert(
      asyncProperty(texts, sizes, async (text, pieces) => {
        const { text: hidden, placeholders } = await masked(text);
        const stream = new AnswerStream([], placeholders);
        const json = heard(
          through(stream, events(cut(JSON.stringify({ to: hidden }), pieces), true).join(''), 17),
          true,
        );
        expect(JSON.parse(json)).toEqual({ to: text });
      }),
      { numRuns: 100 },
    );
  });

  it('is restored in a plain answer, in texts and in the arguments of tools', async () => {
    const text = 'To "anna.müller@example.com"';
    const { text: hidden, placeholders } = await masked(text);
    const call = { function: { name: 'send', arguments: JSON.stringify({ to: hidden }) } };
    const answer = JSON.stringify({ id: 'x', choices: [{ message: { content: hidden, tool_calls: [call] } }] });
    const { body } = await guardAnswer(answer, [], { sources: noSources, placeholders, isJson: true });
    const { choices } = JSON.parse(body) as { choices: [{ message: { content: string; tool_calls: [typeof call] } }] };
    expect(choices[0].message.content).toBe(text);
    expect(JSON.parse(choices[0].message.tool_calls[0].function.arguments)).toEqual({ to: text });
  });

  it('goes on byte by byte where nothing stands for anything', () => {
    const { events } = SPEECHES['openai-chat'] as Speech;
    const stream = events(cut('Nothing [here] to see', [3]), false).join('');
    expect(through(new AnswerStream([], new Placeholders()), stream, 11)).toBe(stream);
  });
});

describe('what a streamed answer may not hold', () => {
  it.each(Object.keys(SPEECHES))('is masked however the stream of %s is cut', async (dialect) => {
    const { events, heard } = SPEECHES[dialect] as Speech;
    await assert(
      asyncProperty(texts, sizes, integer({ min: 1, max: 60 }), async (text, pieces, bytes) => {
        const stream = new AnswerStream(guardsOn('answer', [masking]), new Placeholders());
        const spoken = through(stream, events(cut(text, pieces), false).join(''), bytes);
        const whole = new AnswerStream(guardsOn('answer', [masking]), new Placeholders());
        const once = through(whole, events([text], false).join(''), 10_000);
        expect(heard(spoken, false)).toBe(heard(once, false));
        expect(spoken).not.toMatch(/4111|3704|müller|bob@|901820|ghp_/);
      }),
      { numRuns: 150 },
    );
  });

  it('ends the stream before a character of it is let go, and tells the class alone', () => {
    const { events, heard } = SPEECHES['openai-chat'] as Speech;
    const stream = new AnswerStream(guardsOn('answer', [blocking]), new Placeholders());
    let out = '';
    let refusal: unknown;
    try {
      for (const event of events(cut('Ask anna@example.com now', [1]), false)) out += stream.push(Buffer.from(event));
    } catch (error) {
      refusal = error;
    }
    expect(heard(out, false)).toBe('Ask ');
    expect(refusal).toBeInstanceOf(GuardRefused);
    expect(refusal).toMatchObject({
      code: 'guard_blocked',
      refusal: { guard: 'pii', on: 'answer', classes: ['email'] },
    });
    expect(String(refusal)).not.toContain('anna');
  });

  it('is counted once although the end of a response says it again', () => {
    const { events } = SPEECHES['openai-responses'] as Speech;
    const stream = new AnswerStream(guardsOn('answer', [masking]), new Placeholders());
    const out = through(stream, events(['Ask anna@example.com', ' now'], false).join(''), 30);
    expect(out).not.toContain('anna');
    expect(stream.verdicts).toMatchObject([{ guard: 'pii', verdict: 'masked', found: [{ class: 'email', count: 1 }] }]);
  });
});
