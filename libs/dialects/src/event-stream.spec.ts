import { describe, expect, it } from '@jest/globals';
import { array, assert, constantFrom, integer, property, string, tuple } from 'fast-check';
import { EventRelay } from './event-stream.js';

const MOST_EVENT_BYTES = 8 * 1024 ** 2;

/** A relay that passes all on, and the events it saw. */
function relayOfAll(): { relay: EventRelay; events: string[] } {
  const events: string[] = [];
  const listener = { isDone: false, learnFrom: (event: string) => events.push(event) > 0 };
  return { relay: new EventRelay(listener), events };
}

function pieces(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}

describe('EventRelay', () => {
  it('sees the same events, and passes on the same bytes, however they are split', () => {
    const event = tuple(
      array(
        string({ unit: 'grapheme', maxLength: 6 }).map((text) => `data:${text.replaceAll(/[\r\n]/g, '')}`),
        { minLength: 1, maxLength: 3 },
      ),
      constantFrom('\n', '\r\n'),
    ).map(([lines, end]) => `${lines.join(end)}${end}${end}`);
    assert(
      property(array(event, { minLength: 1, maxLength: 8 }), integer({ min: 1, max: 40 }), (texts, size) => {
        const bytes = Buffer.from(texts.join(''));
        const { relay, events } = relayOfAll();
        const relayed = pieces(bytes, size).map((piece) => Buffer.from(relay.push(piece)));
        expect(Buffer.concat(relayed).equals(bytes)).toBe(true);
        expect(events).toEqual(texts.map((text) => text.trim()));
      }),
    );
  });

  it.each([
    ['without an end', 'x'],
    ['of many short lines', 'a\n'],
  ])('gives up an event %s once it is too large, before it costs more than it should', (_what, text) => {
    const { relay, events } = relayOfAll();
    const piece = Buffer.from(text.repeat(8_192));
    const push = () => {
      for (let bytes = 0; bytes <= MOST_EVENT_BYTES; bytes += piece.length) relay.push(piece);
    };
    expect(push).toThrow(expect.objectContaining({ errorClass: 'bad_answer' }));
    expect(events).toEqual([]);
  });

  it('passes on a large event whole', () => {
    const { relay, events } = relayOfAll();
    const event = Buffer.from(`data:${'x'.repeat(5 * 1024 ** 2)}\n\n`);
    const relayed = pieces(event, 16_384).map((piece) => Buffer.from(relay.push(piece)));
    expect(Buffer.concat(relayed).length).toBe(event.length);
    expect(events).toHaveLength(1);
  });
});
