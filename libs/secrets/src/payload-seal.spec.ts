import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { decryptPayload, encryptPayload, openPayload, pseudonymOf, sealPayload } from './payload-seal.js';

const secretKey = randomBytes(32);
const dataKey = randomBytes(32);
const place = { organization: 'acme', subject: 'sub_1', entry: 'payload_req_1_1' };

describe('payloads', () => {
  it('come out as they went in, empty ones too', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(decryptPayload(encryptPayload(bytes, dataKey, place), dataKey, place)).toEqual(Buffer.from(bytes));
        expect(openPayload(sealPayload(bytes, 'a', secretKey), 'a', secretKey)).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it('open at their own place only', () => {
    const sealed = encryptPayload(Buffer.from('hello'), dataKey, place);
    for (const other of ['organization', 'subject', 'entry'] as const) {
      expect(() => decryptPayload(sealed, dataKey, { ...place, [other]: 'x' })).toThrow(/seal|open/);
    }
    expect(() => decryptPayload(sealed, randomBytes(32), place)).toThrow(/does not open/);
    expect(() => openPayload(sealPayload(Buffer.from('a'), 'a', secretKey), 'b', secretKey)).toThrow(/does not open/);
  });

  it('do not open when one byte was changed, or when they were cut short', () => {
    const sealed = encryptPayload(Buffer.from('hello'), dataKey, place);
    for (let at = 0; at < sealed.length; at++) {
      const altered = Buffer.from(sealed);
      altered.writeUInt8(altered.readUInt8(at) ^ 1, at);
      expect(() => decryptPayload(altered, dataKey, place)).toThrow(/does not open/);
      expect(() => decryptPayload(sealed.subarray(0, at), dataKey, place)).toThrow(/does not open/);
    }
  });
});

describe('pseudonymOf', () => {
  it('names a subject of an organization in one way, and nobody else in that way', () => {
    expect(pseudonymOf('acme', 'jo@example.com', secretKey)).toBe(pseudonymOf('acme', 'jo@example.com', secretKey));
    expect(pseudonymOf('acme', 'jo@example.com', secretKey)).toMatch(/^sub_[0-9a-f]{24}$/);
    const others = [
      pseudonymOf('acme', 'jo', secretKey),
      pseudonymOf('b', 'jo@example.com', secretKey),
      pseudonymOf('acme', 'jo@example.com', randomBytes(32)),
    ];
    expect(others).not.toContain(pseudonymOf('acme', 'jo@example.com', secretKey));
  });
});
