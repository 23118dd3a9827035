import { createHmac, type KeyObject } from 'node:crypto';

import { deriveKey } from './derive-key.js';
import { sha256Hex } from './sha256-hex.js';

/**
 * Turns callers' keys into what may be kept of them: HMAC-SHA-256 over the hex SHA-256 of the key, with a pepper derived
 * from the house's secret key. The inner digest lets the launcher hand on its bootstrap key as a digest alone. Without
 * the secret key a stolen table of hashes cannot even be guessed at. One check costs 3 to 5 µs, so it may run for every
 * request. The constructor throws `SecretError` when the secret key is not 32 bytes.
 */
export class KeyHasher {
  private readonly pepper: KeyObject;

  constructor(secretKey: Uint8Array) {
    this.pepper = deriveKey(secretKey, 'key-pepper');
  }

  /** The hash of a key as a caller sends it: 64 lower-case hexadecimal digits. */
  hash(key: string): string {
    return this.hashOfDigest(sha256Hex(key));
  }

  /** The same hash from the key's SHA-256 in lower-case hex, for who holds the digest but not the key. */
  hashOfDigest(digestHex: string): string {
    return createHmac('sha256', this.pepper).update(digestHex, 'latin1').digest('hex');
  }
}
