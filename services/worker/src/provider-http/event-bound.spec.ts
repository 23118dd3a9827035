import { describe, expect, it } from '@jest/globals';
import { assert, constantFrom, integer, property } from 'fast-check';
import { eventMessage } from '../providers/bedrock/converse-wire.fixture.js';
import { eventBoundFor, MOST_EVENT_BYTES, type EventBound } from './event-bound.js';

const AMAZON = 'application/vnd.amazon.eventstream';

function pass(bound: EventBound | undefined, bytes: Uint8Array, pieceBytes: number): void {
  for (let start = 0; start < bytes.length; start += pieceBytes) bound?.pass(bytes.subarray(start, start + pieceBytes));
}

describe('eventBoundFor', () => {
  it('knows no bound for what is no stream of events', () => {
    expect(eventBoundFor('application/json')).toBeUndefined();
  });

  it.each(['\n\n', '\r\n\r\n'])('lets any number of whole events pass, however they are split (ends: %j)', (end) => {
    const event = Buffer.from(`data: ${'x'.repeat(400_000)}${end}`);
    assert(
      property(integer({ min: event.length - 8, max: event.length + 8 }), constantFrom(1, 2, 3), (size, skipped) => {
        const bytes = Buffer.concat(Array.from({ length: 30 }, () => event)).subarray(skipped);
        expect(() => pass(eventBoundFor('text/event-stream; charset=utf-8'), bytes, size)).not.toThrow();
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    ['without an end', 'x'],
    ['of many lines', 'data: x\n'],
  ])('breaks off an event %s', (_what, line) => {
    const bytes = Buffer.from(line.repeat(MOST_EVENT_BYTES / line.length + 1));
    expect(() => pass(eventBoundFor('text/event-stream'), bytes, 16_384)).toThrow(
      expect.objectContaining({ errorClass: 'bad_answer' }),
    );
  });

  it('lets whole messages of Amazon pass, byte for byte', () => {
    const message = eventMessage({ ':event-type': 'x' }, { text: '\n'.repeat(50) });
    const bytes = Buffer.concat(Array.from({ length: 20 }, () => message));
    for (const size of [1, 7, bytes.length]) expect(() => pass(eventBoundFor(AMAZON), bytes, size)).not.toThrow();
  });

  it('breaks off a message of Amazon that says it is too large', () => {
    const message = eventMessage({ ':event-type': 'x' }, {});
    const bytes = Buffer.concat([message, Buffer.of(0xff, 0, 0, 0)]);
    expect(() => pass(eventBoundFor(AMAZON), bytes, 5)).toThrow(expect.objectContaining({ errorClass: 'bad_answer' }));
  });
});
