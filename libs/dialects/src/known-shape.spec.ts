import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { KnownShape } from './known-shape.js';

const chunk = (text: string): string => JSON.stringify({ id: 'c', choices: [{ index: 0, delta: { content: text } }] });

describe('KnownShape', () => {
  it('lets pass what is JSON and nothing else, whatever the events before', () => {
    const anyData = fc.oneof(
      fc.string({ unit: 'binary' }).map(chunk),
      fc.tuple(fc.string(), fc.nat(), fc.string({ maxLength: 3 })).map(([text, place, noise]) => {
        const whole = chunk(text);
        return whole.slice(0, place % whole.length) + noise + whole.slice((place % whole.length) + noise.length);
      }),
      fc.constantFrom('{not json}', '{"delta":"x"}', '{"delta":"x}', chunk('a"b\\')),
    );
    fc.assert(
      fc.property(fc.array(anyData, { maxLength: 12 }), (events) => {
        const shape = new KnownShape();
        for (const data of events) expect(passes(() => shape.check(data))).toBe(passes(() => void JSON.parse(data)));
      }),
      { numRuns: 2_000 },
    );
  });
});

function passes(check: () => void): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}
