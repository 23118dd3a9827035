import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

import { deriveKey, type Purpose } from './derive-key.js';
import { SecretError } from './secret-error.js';

const ALGORITHM = 'aes-256-gcm';
const VERSION = 'v1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** For what and for whom something is sealed: it opens for the same `purpose` and `owner` only. `what` names it in errors. */
export interface Sealing {
  readonly purpose: Purpose;
  readonly owner: string;
  readonly what: string;
  readonly remedy: string;
  readonly secretKey: Uint8Array;
}

/** AES-256-GCM as `v1.<base64url of nonce (12), ciphertext, tag (16)>`, with the owner's name as associated data. */
export function seal(plain: string, { purpose, owner, secretKey }: Sealing): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, deriveKey(secretKey, purpose), nonce);
  cipher.setAAD(Buffer.from(owner));
  const sealed = Buffer.concat([nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `${VERSION}.${sealed.toString('base64url')}`;
}

/** Opens what `seal` made. @throws SecretError `malformed_seal`, `seal_broken` */
export function open(sealed: string, sealing: Sealing): string {
  const { purpose, owner, secretKey, what, remedy } = sealing;
  const { nonce, ciphertext, tag } = readSeal(sealed, sealing);
  const decipher = createDecipheriv(ALGORITHM, deriveKey(secretKey, purpose), nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(owner));
  decipher.setAuthTag(tag);
  try {
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString('utf8');
  } catch (cause) {
    throw new SecretError(
      'seal_broken',
      `${what} does not open: it was sealed with another SWITCHYARD_SECRET_KEY or for another owner, or was altered. ` +
        `Give every service the same secret key${remedy}`,
      { cause },
    );
  }
}

function readSeal(sealed: string, { what }: Sealing): { nonce: Buffer; ciphertext: Buffer; tag: Buffer } {
  const match = /^v1\.([A-Za-z0-9_-]+)$/.exec(sealed);
  const bytes = Buffer.from(match?.[1] ?? '', 'base64url');
  if (bytes.length < NONCE_BYTES + TAG_BYTES) {
    throw new SecretError(
      'malformed_seal',
      `${what} is not in the sealed form "${VERSION}.<base64url>". Store it again with a service of this version.`,
    );
  }
  return {
    nonce: bytes.subarray(0, NONCE_BYTES),
    ciphertext: bytes.subarray(NONCE_BYTES, -TAG_BYTES),
    tag: bytes.subarray(-TAG_BYTES),
  };
}
