import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';

import { SecretError } from './secret-error.js';

const KEY_BYTES = 32;

/** What a derived key is for. The label is part of the derivation, so that no key serves two purposes. */
export type Purpose =
  | 'credential-seal'
  | 'envelope'
  | 'webhook-seal'
  | 'guard-signature'
  | 'answer-seal'
  | 'payload-seal'
  | 'subject-pseudonym'
  | 'key-pepper'
  | 'fingerprint'
  | 'sign-in-pepper'
  | 'password-pepper';

/**
 * The 32-byte key for one purpose, derived from the house's secret key by HKDF with SHA-256 (RFC 5869), without salt,
 * with the label `switchyard/v1/<purpose>`. Throws `SecretError` when the secret key is not 32 bytes.
 */
export function deriveKey(secretKey: Uint8Array, purpose: Purpose): KeyObject {
  if (secretKey.byteLength !== KEY_BYTES) {
    throw new SecretError(
      'wrong_key_length',
      `The secret key has ${secretKey.byteLength} bytes; SWITCHYARD_SECRET_KEY must be the base64 of ${KEY_BYTES} bytes.`,
    );
  }
  const derived = hkdfSync('sha256', secretKey, new Uint8Array(0), `switchyard/v1/${purpose}`, KEY_BYTES);
  return createSecretKey(new Uint8Array(derived));
}
