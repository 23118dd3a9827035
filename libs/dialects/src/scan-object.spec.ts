import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { DialectError } from './dialect-error.js';
import { scanObject } from './scan-object.js';

const scan = (text: string, maxDepth = 64): Map<string, readonly [number, number]> =>
  scanObject(Buffer.from(text), maxDepth);

/** What stands at the places found, read by JSON.parse. */
function valuesAt(text: string): Map<string, unknown> {
  const bytes = Buffer.from(text);
  return new Map([...scan(text)].map(([name, [start, end]]) => [name, JSON.parse(bytes.toString('utf8', start, end))]));
}

describe('scanObject', () => {
  it('finds the same members and values as JSON.parse, in any layout', () => {
    const layout = fc.constantFrom(0, 1, 3, '\t', ' \r\n');
    const object = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' }));
    fc.assert(
      fc.property(object, layout, (value, indent) => {
        const text = ` ${JSON.stringify(value, undefined, indent)}\n`;
        expect(valuesAt(text)).toEqual(new Map(Object.entries(JSON.parse(text) as object)));
      }),
      { numRuns: 2_000 },
    );
  });

  it('gives the place of a value without the white space around it', () => {
    expect([...scan('{ "a" :  -1.5e3  , "b":\t"x"\n}')]).toEqual([
      ['a', [9, 15]],
      ['b', [24, 27]],
    ]);
  });

  it('is not misled by quotes, braces and commas within texts', () => {
    expect(valuesAt(String.raw`{"a":"}\",{\"b\":1,\\","c":["]",{"d":"\\\\\""}]}`)).toEqual(
      new Map<string, unknown>([
        ['a', '}",{"b":1,\\'],
        ['c', [']', { d: '\\\\"' }]],
      ]),
    );
  });

  it.each([
    ['as it is', '{"model":1,"model":2}'],
    ['with an escape', String.raw`{"model":1,"mod\u0065l":2}`],
    ['with one that is itself escaped', String.raw`{"\u006dodel":1,"m\u006fdel":2}`],
  ])('refuses a member named twice, %s', (_how, text) => {
    expect(() => scan(text)).toThrow(expect.objectContaining({ status: 400, code: 'duplicate_field', param: 'model' }));
  });

  it('takes the same name on different levels for different members', () => {
    expect([...scan('{"a":{"a":1},"b":[{"a":2}]}').keys()]).toEqual(['a', 'b']);
  });

  it('takes nesting up to the limit and refuses what is deeper, however deep', () => {
    const nested = (levels: number): string => `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;
    expect(scan(nested(64)).size).toBe(1);
    for (const levels of [65, 1_000_000])
      expect(() => scan(nested(levels))).toThrow(expect.objectContaining({ code: 'too_deep' }));
  });

  it('ends on any bytes whatever, with places inside them', () => {
    const jsonish = fc.array(fc.constantFrom('{', '}', '[', ']', '"', '\\', ':', ',', 'a', '1', ' '), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          jsonish.map((parts) => Buffer.from(parts.join(''))),
        ),
        (bytes) => {
          try {
            for (const [start, end] of scanObject(bytes, 8).values()) {
              expect(Math.min(start, end)).toBeGreaterThan(0);
              expect(Math.max(start, end)).toBeLessThan(bytes.length);
            }
          } catch (error) {
            expect(error).toBeInstanceOf(DialectError);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
