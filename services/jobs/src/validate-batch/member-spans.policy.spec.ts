import { describe, expect, it } from '@jest/globals';
import { assert, constantFrom, dictionary, jsonValue, property, string } from 'fast-check';
import { LineError } from './line-error.js';
import { memberSpans } from './member-spans.policy.js';

describe('memberSpans', () => {
  it('finds the same values as a JSON parser', () => {
    assert(
      property(dictionary(string(), jsonValue()), constantFrom(undefined, 1, '\t'), (value, indent) => {
        const bytes = Buffer.from(JSON.stringify(value, undefined, indent));
        const found = [...memberSpans(bytes)].map(([name, [start, end]]) => [
          name,
          JSON.parse(bytes.toString('utf8', start, end)),
        ]);

        expect(Object.fromEntries(found)).toEqual(JSON.parse(bytes.toString()));
      }),
    );
  });

  it('keeps the bytes of a value as they are', () => {
    const bytes = Buffer.from(String.raw`{ "a": {"n": 1.0, "s":"}\"{"} , "b" : [1 ,2] }`);
    const [start, end] = memberSpans(bytes).get('a') ?? [0, 0];

    expect(bytes.toString('utf8', start, end)).toBe(String.raw`{"n": 1.0, "s":"}\"{"}`);
  });

  it.each([
    '',
    ' ',
    '[]',
    '1',
    '"a"',
    '{',
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":1,',
    '{"a":1,}',
    '{"a" 1}',
    '{a:1}',
    '{"a":[}',
    '{"a":"',
    '{"a":1}x',
    '{"a":,"b":1}',
    '{"\\x":1}',
  ])('refuses %j', (text) => {
    expect(() => memberSpans(Buffer.from(text))).toThrow(LineError);
  });

  it('refuses a member named twice', () => {
    expect(() => memberSpans(Buffer.from(String.raw`{"a":1,"\u0061":2}`))).toThrow("'a' appears twice");
  });
});
