import { hash } from 'node:crypto';

/** Bytes of a SHA-256. */
export const HASH_BYTES = 32;

/** A zero byte as text. */
const LEAF = '\0';
const NODE = 0x01;
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
    return sha256(message);
  }
  // The runtime encodes text on its way into the hash in a third of the time that encoding it here takes.
  return sha256(LEAF + entry);
}

/** Hash of an inner node (RFC 6962, 2.1): SHA-256 over a one byte and the hashes below it. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  nodeMessage.set(left, 1);
  nodeMessage.set(right, 1 + HASH_BYTES);
  return sha256(nodeMessage);
}

/** By way of a string of its bytes: a buffer that the runtime makes is memory of its own, and takes twice the time. */
function sha256(message: string | Uint8Array): Uint8Array {
  return Buffer.from(hash('sha256', message, 'binary'), 'binary');
}

/** Whether two hashes are the same. */
export function isSameHash(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, position) => byte === right[position]);
}
