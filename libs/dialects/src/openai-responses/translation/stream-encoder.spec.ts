import { describe, expect, it } from '@jest/globals';
import { array, assert, nat, property } from 'fast-check';
import { FinalEventHold } from '../final-event.js';
import { readResponsesAnswer } from '../read-answer.js';
import { ResponsesStreamReader } from '../stream-reader.js';
import { answerContext, answers, usage } from './answers.fixture.js';
import { encodeResponsesAnswer } from './encode-answer.js';
import { ResponsesStreamEncoder } from './stream-encoder.js';

type Event = Record<string, unknown> & { type: string; sequence_number: number };
type Item = Record<string, unknown> & {
  content?: { text: string }[];
  summary?: { text: string }[];
  arguments?: string;
};

function streamed(parts: Parameters<ResponsesStreamEncoder['part']>[0][]): string {
  const encoder = new ResponsesStreamEncoder(answerContext);
  return parts.map((part) => encoder.part(part)).join('') + encoder.end();
}

function eventsOf(text: string): Event[] {
  return [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data ?? '') as Event);
}

/** The words of an item, part by part. */
function wordsOf({ content, summary, arguments: input }: Item): string[] {
  return [...(content ?? []), ...(summary ?? [])].map(({ text }) => text).concat(input ?? []);
}

/** The words of each item put together from deltas alone, as a client does that shows them while they come. */
function assembled(events: readonly Event[]): string[][] {
  const output: string[][] = [];
  for (const { type, delta, item, output_index: index, content_index: part } of events) {
    if (type === 'response.output_item.added') output.push((item as Item).type === 'function_call' ? [''] : []);
    if (typeof delta !== 'string') continue;
    const words = output[index as number] ?? [];
    const place = (part as number | undefined) ?? 0;
    words[place] = (words[place] ?? '') + delta;
  }
  return output;
}

describe('an answer in the form of the Responses API', () => {
  it('is the same, whether it is streamed or plain', () => {
    assert(
      property(answers, ({ result, parts }) => {
        const plain = JSON.parse(encodeResponsesAnswer(result, answerContext)) as { output: Item[] };
        const events = eventsOf(streamed(parts));
        expect(events.at(-1)?.response).toEqual(plain);
        expect(assembled(events)).toEqual(plain.output.map(wordsOf));
      }),
    );
  });

  it('begins, numbers and ends its events as OpenAI does', () => {
    assert(
      property(answers, ({ parts }) => {
        const events = eventsOf(streamed(parts));
        expect(events.map(({ sequence_number: number }) => number)).toEqual(events.map((_, index) => index));
        expect(events.slice(0, 2).map(({ type }) => type)).toEqual(['response.created', 'response.in_progress']);
        expect(events.at(-1)?.type).toMatch(/^response\.(completed|incomplete)$/);
        const count = (type: string): number => events.filter((event) => event.type === type).length;
        expect(count('response.output_item.added')).toBe(count('response.output_item.done'));
        expect(count('response.content_part.added')).toBe(count('response.content_part.done'));
        expect(count('response.reasoning_summary_part.added')).toBe(count('response.reasoning_summary_part.done'));
      }),
    );
  });

  it('is relayed unchanged and understood alike, however its bytes are split', () => {
    assert(
      property(answers, array(nat(400), { maxLength: 8 }), ({ result, parts }, cuts) => {
        const bytes = Buffer.from(streamed(parts));
        const reader = new ResponsesStreamReader();
        const hold = new FinalEventHold();
        const relayed: Buffer[] = [];
        const before: Buffer[] = [];
        for (const piece of split(bytes, cuts)) {
          relayed.push(reader.push(piece));
          before.push(hold.push(piece));
        }
        reader.end();
        expect(Buffer.concat(relayed).equals(bytes)).toBe(true);
        const { response } = hold;
        expect(Buffer.concat([...before, ...(response ? [hold.encode(response)] : [])]).equals(bytes)).toBe(true);
        const plain = readResponsesAnswer(Buffer.from(encodeResponsesAnswer(result, answerContext)));
        const { usage: count, finishReason, upstreamId } = reader.facts;
        expect({ usage: count, finishReason, upstreamId }).toEqual({
          usage: plain?.usage,
          finishReason: plain?.finishReason,
          upstreamId: plain?.upstreamId,
        });
      }),
    );
  });

  it('has no end mark where the model has no finish', () => {
    expect(streamed([{ type: 'text-delta', id: '0', delta: 'half' }])).not.toContain('response.completed');
  });

  it('fails where the model ends with an error', () => {
    const finishReason = { unified: 'error', raw: undefined } as const;
    expect(eventsOf(streamed([{ type: 'finish', usage, finishReason }])).at(-1)?.type).toBe('response.failed');
    expect(
      readResponsesAnswer(
        Buffer.from(encodeResponsesAnswer({ content: [], finishReason, usage, warnings: [] }, answerContext)),
      ),
    ).toBeUndefined();
  });
});

function split(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  let start = 0;
  for (const cut of cuts) {
    pieces.push(bytes.subarray(start, start + cut));
    start = Math.min(bytes.length, start + cut);
  }
  return [...pieces, bytes.subarray(start)];
}
