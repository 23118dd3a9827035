import { hash } from 'node:crypto';

/** Bytes of a SHA-256. */
export const HASH_BYTES = 32;

const MOST_BYTES_PER_UNIT = 3;
const LEAF = 0x00;
const NODE = 0x01;
const utf8 = new TextEncoder();
// One message at a time is hashed, and hashing does not wait, so that its room can be used again.
const nodeMessage = new Uint8Array(1 + 2 * HASH_BYTES);
nodeMessage[0] = NODE;

/** Root of a log without entries: the SHA-256 of nothing (RFC 6962, 2.1). */
export const EMPTY_ROOT: Uint8Array = hash('sha256', new Uint8Array(0), 'buffer');

/** Hash of an entry (RFC 6962, 2.1): SHA-256 over a zero byte and the entry's bytes; text counts as UTF-8. */
export function leafHash(entry: string | Uint8Array): Uint8Array {
  if (typeof entry !== 'string') {
    const message = new Uint8Array(1 + entry.length);
    message.set(entry, 1);
    return hash('sha256', message, 'buffer');
  }
  // Encoded in place, with room for the longest encoding: encoding first and copying then takes four times as long.
  const message = new Uint8Array(1 + entry.length * MOST_BYTES_PER_UNIT);
  message[0] = LEAF;
  const { written } = utf8.encodeInto(entry, message.subarray(1));
  return hash('sha256', message.subarray(0, 1 + written), 'buffer');
}

/** Hash of an inner node (RFC 6962, 2.1): SHA-256 over a one byte and the hashes below it. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  nodeMessage.set(left, 1);
  nodeMessage.set(right, 1 + HASH_BYTES);
  return hash('sha256', nodeMessage, 'buffer');
}

/** Whether two hashes are the same. */
export function isSameHash(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, position) => byte === right[position]);
}
