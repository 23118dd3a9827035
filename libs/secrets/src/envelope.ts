import { createCipheriv, createDecipheriv, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';

import { deriveKey } from './derive-key.js';
import { SecretError } from './secret-error.js';

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const FORM = /^e1\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/;

/** `owner`: whose secret it is, such as `acme/provider/main`; `secretKey`: the 32 bytes of SWITCHYARD_SECRET_KEY. */
export interface EnvelopeContext {
  readonly owner: string;
  readonly secretKey: Uint8Array;
}

/**
 * Seals a secret for the database: a random data key encrypts it, and the data key is wrapped with a key derived from the
 * house's secret key, both by AES-256-GCM with the owner as associated data: `e1.<wrapped data key>.<sealed secret>`. Moved to
 * another owner it does not open, and a new house key only needs the data keys to be wrapped again.
 */
export function sealEnvelope(plain: string, { owner, secretKey }: EnvelopeContext): string {
  const dataKey = randomBytes(KEY_BYTES);
  const wrapped = encrypt(dataKey, deriveKey(secretKey, 'envelope'), owner);
  const sealed = encrypt(Buffer.from(plain, 'utf8'), createSecretKey(dataKey), owner);
  return `e1.${wrapped.toString('base64url')}.${sealed.toString('base64url')}`;
}

/** Opens what `sealEnvelope` made, for the same owner. @throws SecretError `malformed_seal` or `seal_broken` */
export function openEnvelope(envelope: string, { owner, secretKey }: EnvelopeContext): string {
  const [, wrapped, sealed] = FORM.exec(envelope) ?? [];
  if (wrapped === undefined || sealed === undefined)
    throw new SecretError('malformed_seal', `The secret of ${owner} is not in the form "e1.<data key>.<secret>".`);
  try {
    const dataKey = decrypt(Buffer.from(wrapped, 'base64url'), deriveKey(secretKey, 'envelope'), owner);
    return decrypt(Buffer.from(sealed, 'base64url'), createSecretKey(dataKey), owner).toString('utf8');
  } catch (cause) {
    throw new SecretError(
      'seal_broken',
      `The secret of ${owner} does not open: it was sealed with another SWITCHYARD_SECRET_KEY or for another owner, or was ` +
        'altered. Set it again by the admin API.',
      { cause },
    );
  }
}

function encrypt(plain: Uint8Array, key: KeyObject, owner: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce);
  cipher.setAAD(Buffer.from(owner));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(bytes: Buffer, key: KeyObject, owner: string): Buffer {
  const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(owner));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
}
