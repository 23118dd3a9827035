import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { encodeHeaders } from './header-block.js';

const textOf = (headers: Readonly<Record<string, string | undefined>>): string =>
  new TextDecoder().decode(encodeHeaders(headers).bytes);

describe('headers of a message', () => {
  it('stand one on a line, without those that have no value', () => {
    expect(textOf({ One: 'a: b', Two: undefined, Three: '' })).toBe('NATS/1.0\r\nOne: a: b\r\nThree: \r\n\r\n');
  });

  it.each(['a\r\nNats-Msg-Id: stolen', 'a\nb', 'a\rb', '\n', '\r\n\r\nPUB stolen 0'])(
    'are refused where a value would begin another line: %j',
    (value) => {
      expect(() => encodeHeaders({ One: 'a', Two: value })).toThrow('header Two holds a line break');
    },
  );

  it('are as many lines as there are values, whatever those hold, or none at all', () => {
    const value = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[\r\n\u2028\u0085\0a: ]{0,6}$/));
    fc.assert(
      fc.property(fc.array(value, { maxLength: 5 }), (values) => {
        const headers = Object.fromEntries(values.map((one, index) => [`Name-${index}`, one]));
        if (values.some((one) => /[\r\n]/.test(one))) expect(() => encodeHeaders(headers)).toThrow(TypeError);
        else expect(textOf(headers).split(/\r\n|\r|\n/)).toHaveLength(values.length + 3);
      }),
      { numRuns: 500 },
    );
  });
});
