import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

import { deriveKey } from './derive-key.js';
import { SecretError } from './secret-error.js';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** `name`: under which the bytes rest; `secretKey`: the 32 bytes of SWITCHYARD_SECRET_KEY. */
export interface AnswerSealContext {
  readonly name: string;
  readonly secretKey: Uint8Array;
}

/**
 * Seals the bytes of an answer that rests outside the database with AES-256-GCM, as nonce (12), ciphertext and tag (16). An answer
 * may hold a secret that is shown once, or what a model said to somebody. It opens under the same name only.
 */
export function sealAnswer(bytes: Uint8Array, { name, secretKey }: AnswerSealContext): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, deriveKey(secretKey, 'answer-seal'), nonce);
  cipher.setAAD(Buffer.from(name));
  return Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
}

/** Opens what `sealAnswer` made. Throws `SecretError` `seal_broken` for another name, another key or altered bytes. */
export function openAnswer(sealed: Uint8Array, { name, secretKey }: AnswerSealContext): Buffer {
  try {
    const decipher = createDecipheriv(ALGORITHM, deriveKey(secretKey, 'answer-seal'), sealed.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(name));
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch (cause) {
    if (cause instanceof SecretError) throw cause;
    throw new SecretError(
      'seal_broken',
      `The answer kept under "${name}" does not open: it was sealed with another SWITCHYARD_SECRET_KEY, or was altered. ` +
        'Give every service the same secret key.',
      { cause },
    );
  }
}
