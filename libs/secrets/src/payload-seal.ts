import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  randomBytes,
  type KeyObject,
} from 'node:crypto';

import { deriveKey } from './derive-key.js';
import { SecretError } from './secret-error.js';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const PSEUDONYM_CHARACTERS = 24;

/** Where a payload belongs: it opens there and nowhere else. `entry` names the entry of the trail that holds its hash. */
export interface PayloadPlace {
  readonly organization: string;
  readonly subject: string;
  readonly entry: string;
}

/** Seals a payload on its way between services with the house's secret key, as nonce (12), ciphertext and tag (16). */
export function sealPayload(bytes: Uint8Array, name: string, secretKey: Uint8Array): Buffer {
  return encrypt(bytes, deriveKey(secretKey, 'payload-seal'), name);
}

/** Opens what `sealPayload` made under the same name. @throws SecretError `seal_broken` */
export function openPayload(sealed: Uint8Array, name: string, secretKey: Uint8Array): Buffer {
  return decrypt(sealed, deriveKey(secretKey, 'payload-seal'), name);
}

/** Encrypts a payload for keeping with its subject's data key (32 bytes): AES-256-GCM, its place as associated data. */
export function encryptPayload(bytes: Uint8Array, dataKey: Uint8Array, place: PayloadPlace): Buffer {
  return encrypt(bytes, createSecretKey(dataKey), associatedData(place));
}

/** Decrypts what `encryptPayload` made, at the same place. @throws SecretError `seal_broken` */
export function decryptPayload(ciphertext: Uint8Array, dataKey: Uint8Array, place: PayloadPlace): Buffer {
  return decrypt(ciphertext, createSecretKey(dataKey), associatedData(place));
}

/**
 * The name that stands for a data subject in the trail: the same for the same subject of an organisation, and of no use to whoever
 * lacks the house's secret key.
 */
export function pseudonymOf(organization: string, subject: string, secretKey: Uint8Array): string {
  const digest = createHmac('sha256', deriveKey(secretKey, 'subject-pseudonym'))
    .update(JSON.stringify([organization, subject]))
    .digest('hex');
  return `sub_${digest.slice(0, PSEUDONYM_CHARACTERS)}`;
}

function associatedData({ organization, subject, entry }: PayloadPlace): string {
  return JSON.stringify([organization, subject, entry]);
}

function encrypt(bytes: Uint8Array, key: KeyObject, aad: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce);
  cipher.setAAD(Buffer.from(aad));
  return Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(sealed: Uint8Array, key: KeyObject, aad: string): Buffer {
  try {
    const nonce = sealed.subarray(0, NONCE_BYTES);
    const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(aad));
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch (cause) {
    const message = `The payload of ${aad} does not open: it was sealed with another key or for another place, or was altered.`;
    throw new SecretError('seal_broken', message, { cause });
  }
}
