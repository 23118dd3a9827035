import { createHash, createHmac, hkdfSync } from 'node:crypto';

import { describe, expect, it } from '@jest/globals';

import { fingerprint } from './fingerprint.js';
import { KeyHasher } from './key-hasher.js';
import { newKey } from './new-key.js';
import { sha256Hex } from './sha256-hex.js';

const secretKey = new Uint8Array(32).fill(7);

describe('KeyHasher', () => {
  const hasher = new KeyHasher(secretKey);

  it('gives the HMAC of the hex digest under the derived pepper', () => {
    const pepper = Buffer.from(hkdfSync('sha256', secretKey, '', 'switchyard/v1/key-pepper', 32));
    const digest = createHash('sha256').update('sk-demo').digest('hex');

    expect(hasher.hash('sk-demo')).toBe(createHmac('sha256', pepper).update(digest).digest('hex'));
  });

  it('gives the same hash from the digest alone', () => {
    expect(hasher.hashOfDigest(sha256Hex('sk-demo'))).toBe(hasher.hash('sk-demo'));
  });

  it('gives another hash under another secret key', () => {
    expect(new KeyHasher(new Uint8Array(32).fill(8)).hash('sk-demo')).not.toBe(hasher.hash('sk-demo'));
  });
});

describe('fingerprint', () => {
  it('is equal for equal secrets only, and is not the hash of a key', () => {
    expect(fingerprint('sk-demo', secretKey)).toBe(fingerprint('sk-demo', secretKey));
    expect(fingerprint('sk-demo', secretKey)).not.toBe(fingerprint('sk-other', secretKey));
    expect(fingerprint('sk-demo', secretKey)).not.toBe(new KeyHasher(secretKey).hash('sk-demo'));
  });
});

describe('newKey', () => {
  it('is the prefix and 32 characters, never the same twice', () => {
    const keys = new Set(Array.from({ length: 1_000 }, () => newKey('sk-sw-')));

    expect(keys.size).toBe(1_000);
    for (const key of keys) expect(key).toMatch(/^sk-sw-[A-Za-z0-9_-]{32}$/);
  });
});
