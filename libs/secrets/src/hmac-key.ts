import { hash } from 'node:crypto';

const ALGORITHM = 'sha256';
const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
const MOST_BYTES_PER_UNIT = 3;
const INNER = 0x36;
const OUTER = 0x5c;
/** Longer texts than are ever marked go through a buffer of their own. */
const ROOM_BYTES = 8 * 1024;

/**
 * A key that marks many short texts by HMAC-SHA-256 (RFC 2104), as two hashes over what is made of the key once. `createHmac` sets up
 * an object for each text, which takes three times as long as both hashes do (docs/architecture/5-where-the-time-goes.md).
 */
export class HmacKey {
  // One text at a time is hashed, and hashing does not wait, so that its room can be used again.
  readonly #inner = Buffer.alloc(BLOCK_BYTES + ROOM_BYTES);
  readonly #outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES);

  /** @throws RangeError for a key that is longer than a block of the hash, 64 bytes */
  constructor(key: Uint8Array) {
    if (key.length > BLOCK_BYTES) throw new RangeError(`a key of ${key.length} bytes is longer than ${BLOCK_BYTES}`);
    for (let place = 0; place < BLOCK_BYTES; place++) {
      const byte = key[place] ?? 0;
      this.#inner[place] = byte ^ INNER;
      this.#outer[place] = byte ^ OUTER;
    }
  }

  /** The 32 bytes of the mark of a text, which counts as UTF-8. */
  mark(text: string): Buffer {
    const room = this.#roomFor(text);
    const written = room.write(text, BLOCK_BYTES, 'utf8');
    // Digests as strings of their bytes: the runtime makes those in half the time of a buffer.
    this.#outer.write(hash(ALGORITHM, room.subarray(0, BLOCK_BYTES + written), 'binary'), BLOCK_BYTES, 'binary');
    return Buffer.from(hash(ALGORITHM, this.#outer, 'binary'), 'binary');
  }

  #roomFor(text: string): Buffer {
    const mostBytes = text.length * MOST_BYTES_PER_UNIT;
    if (mostBytes <= ROOM_BYTES) return this.#inner;
    const room = Buffer.alloc(BLOCK_BYTES + mostBytes);
    this.#inner.copy(room, 0, 0, BLOCK_BYTES);
    return room;
  }
}
