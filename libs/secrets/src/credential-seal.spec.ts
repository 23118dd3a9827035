import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import { openCredential, sealCredential } from './credential-seal.js';
import { SecretError } from './secret-error.js';

const secretKey = new Uint8Array(32).fill(7);
const main = { provider: 'main', secretKey };

/** The code of the `SecretError` that `work` throws. */
function codeOf(work: () => unknown): string | undefined {
  try {
    work();
  } catch (error) {
    if (error instanceof SecretError) return error.code;
    throw error;
  }
  return undefined;
}

describe('a sealed credential', () => {
  it('opens to the same text, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        (plain) => openCredential(sealCredential(plain, main), main) === plain,
      ),
    );
  });

  it('differs at each sealing and shows nothing of the text', () => {
    const first = sealCredential('sk-upstream-secret', main);

    expect(first).toMatch(/^v1\.[A-Za-z0-9_-]+$/);
    expect(sealCredential('sk-upstream-secret', main)).not.toBe(first);
    expect(Buffer.from(first.slice(3), 'base64url').toString('latin1')).not.toContain('upstream');
  });

  it.each([
    ['for another provider', { provider: 'other', secretKey }],
    ['with another secret key', { provider: 'main', secretKey: new Uint8Array(32).fill(8) }],
  ])('does not open %s', (_case, context) => {
    expect(codeOf(() => openCredential(sealCredential('sk-upstream', main), context))).toBe('seal_broken');
  });

  it('does not open when any one byte was altered', () => {
    const bytes = Buffer.from(sealCredential('sk', main).slice(3), 'base64url');
    for (let index = 0; index < bytes.length; index++) {
      const altered = Buffer.from(bytes);
      altered.writeUInt8(altered.readUInt8(index) ^ 1, index);
      expect(codeOf(() => openCredential(`v1.${altered.toString('base64url')}`, main))).toBe('seal_broken');
    }
  });

  it.each(['', 'sk-plain', 'v2.AAAA', 'v1.', 'v1.AAAA', 'v1.***'])('refuses %j as no sealed credential', (text) => {
    expect(codeOf(() => openCredential(text, main))).toBe('malformed_seal');
  });

  it('refuses a secret key of the wrong length', () => {
    expect(codeOf(() => sealCredential('sk', { provider: 'main', secretKey: new Uint8Array(16) }))).toBe(
      'wrong_key_length',
    );
  });

  it('never repeats the credential in an error', () => {
    expect(() => openCredential('sk-plain-text-credential', main)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('sk-plain') }),
    );
  });
});
