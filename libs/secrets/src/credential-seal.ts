import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

import { deriveKey } from './derive-key.js';
import { SecretError } from './secret-error.js';

const ALGORITHM = 'aes-256-gcm';
const VERSION = 'v1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** `provider`: the configured name the credential belongs to; `secretKey`: the 32 bytes of SWITCHYARD_SECRET_KEY. */
export interface SealContext {
  readonly provider: string;
  readonly secretKey: Uint8Array;
}

/**
 * Seals a provider's credential with AES-256-GCM as `v1.<base64url of nonce (12), ciphertext, tag (16)>`. The provider's
 * name is associated data, so that a sealed credential moved to another provider does not open. The nonce is random:
 * sealing the same text twice gives two different results. Throws `SecretError` for a secret key of the wrong length.
 */
export function sealCredential(plain: string, { provider, secretKey }: SealContext): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, deriveKey(secretKey, 'credential-seal'), nonce);
  cipher.setAAD(Buffer.from(provider));
  const sealed = Buffer.concat([nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `${VERSION}.${sealed.toString('base64url')}`;
}

/**
 * Opens what `sealCredential` made, with the same provider and secret key. Throws `SecretError`: `malformed_seal` for
 * text of another form or version, `seal_broken` when key, provider or content do not match.
 */
export function openCredential(sealed: string, { provider, secretKey }: SealContext): string {
  const { nonce, ciphertext, tag } = readSeal(sealed, provider);
  const decipher = createDecipheriv(ALGORITHM, deriveKey(secretKey, 'credential-seal'), nonce, {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(Buffer.from(provider));
  decipher.setAuthTag(tag);
  try {
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString('utf8');
  } catch (cause) {
    throw new SecretError(
      'seal_broken',
      `The credential of provider "${provider}" does not open: it was sealed with another SWITCHYARD_SECRET_KEY or for ` +
        'another provider, or was altered. Give every service the same secret key and apply the configuration again.',
      { cause },
    );
  }
}

function readSeal(sealed: string, provider: string): { nonce: Buffer; ciphertext: Buffer; tag: Buffer } {
  const match = /^v1\.([A-Za-z0-9_-]+)$/.exec(sealed);
  const bytes = Buffer.from(match?.[1] ?? '', 'base64url');
  if (bytes.length < NONCE_BYTES + TAG_BYTES) {
    throw new SecretError(
      'malformed_seal',
      `The credential of provider "${provider}" is not in the sealed form "${VERSION}.<base64url>". ` +
        'Apply the configuration again with a control service of this version.',
    );
  }
  return {
    nonce: bytes.subarray(0, NONCE_BYTES),
    ciphertext: bytes.subarray(NONCE_BYTES, -TAG_BYTES),
    tag: bytes.subarray(-TAG_BYTES),
  };
}
