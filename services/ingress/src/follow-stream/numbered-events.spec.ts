import { describe, expect, it } from '@jest/globals';
import { array, assert, integer, property } from 'fast-check';
import { NumberedEvents, withNumber } from './numbered-events.js';

const STREAM = Buffer.from('data: {"a":"größer"}\n\n: a comment\n\nevent: x\ndata: 1\n\ndata: [DONE]\n\n');
const WHOLE = [
  { event: 'data: {"a":"größer"}', number: 0 },
  { event: ': a comment', number: undefined },
  { event: 'event: x\ndata: 1', number: 1 },
  { event: 'data: [DONE]', number: 2 },
];

describe('NumberedEvents', () => {
  it('numbers events alike, however their bytes come', () => {
    assert(
      property(array(integer({ min: 0, max: STREAM.length })), (cuts) => {
        const events = new NumberedEvents();
        const places = [0, ...cuts.toSorted((left, right) => left - right), STREAM.length];
        const found = places.flatMap((place, index) => events.push(STREAM.subarray(places[index - 1] ?? 0, place)));
        expect(found).toEqual(WHOLE);
      }),
    );
  });

  it('goes on from a number', () => {
    expect(new NumberedEvents(5).push(Buffer.from('data: 1\n\n'))).toEqual([{ event: 'data: 1', number: 5 }]);
  });

  it('writes the number before the event, and none before a comment', () => {
    expect(withNumber('data: 1', 7)).toBe('id: 7\ndata: 1\n\n');
    expect(withNumber(': hello', undefined)).toBe(': hello\n\n');
  });
});
