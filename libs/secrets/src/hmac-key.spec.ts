import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { assert, property, string, uint8Array } from 'fast-check';
import { HmacKey } from './hmac-key.js';

const byNode = (key: Uint8Array, text: string): string => createHmac('sha256', key).update(text).digest('hex');

describe('marks by HMAC-SHA-256', () => {
  it('are those of the runtime, whatever the text and the key', () => {
    assert(
      property(
        uint8Array({ maxLength: 64 }),
        string({ unit: 'binary' }),
        string({ unit: 'grapheme' }),
        (key, one, other) => {
          const hmac = new HmacKey(key);
          const marks = [one, other, one].map((text) => hmac.mark(text).toString('hex'));
          expect(marks).toEqual([one, other, one].map((text) => byNode(key, text)));
        },
      ),
    );
  });

  it.each([2_730, 2_731, 8_192, 100_000])('are those of the runtime for %d characters of three bytes', (length) => {
    const key = Buffer.alloc(32, 7);
    const text = '€'.repeat(length);
    expect(new HmacKey(key).mark(text).toString('hex')).toBe(byNode(key, text));
  });

  it('are those of RFC 4231', () => {
    const hex = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843';
    expect(new HmacKey(Buffer.from('Jefe')).mark('what do ya want for nothing?').toString('hex')).toBe(hex);
  });

  it('need a key of at most a block', () => {
    expect(() => new HmacKey(Buffer.alloc(65))).toThrow(RangeError);
  });
});
