import { randomBytes } from 'node:crypto';

const KEY_BYTES = 24;

/** A new random key of 192 bits for a caller: `<prefix>` and 32 characters of base64url, e.g. `newKey('sk-sw-')`. */
export function newKey(prefix: string): string {
  return `${prefix}${randomBytes(KEY_BYTES).toString('base64url')}`;
}
