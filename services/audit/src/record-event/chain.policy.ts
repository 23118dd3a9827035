/** SHA-256 of some bytes; given by the caller, so that this file stays free of I/O and platform. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array;

/** The end of a chain: sequence -1 and 32 zero bytes while it is empty. */
export interface ChainEnd {
  readonly sequence: number;
  readonly hash: Uint8Array;
}

/** An entry with its place in the chain and the hashes that bind it there. */
export interface Link {
  readonly sequence: number;
  readonly previousHash: Uint8Array;
  readonly hash: Uint8Array;
}

const HASH_BYTES = 32;
const MOST_BYTES_PER_UNIT = 3;
const utf8 = new TextEncoder();

export const EMPTY_CHAIN: ChainEnd = { sequence: -1, hash: new Uint8Array(HASH_BYTES) };

/** The hash of an entry: SHA-256 over the hash of the entry before, followed by the UTF-8 bytes of the stored body. */
export function hashOfEntry(previousHash: Uint8Array, body: string, sha256: Sha256): Uint8Array {
  // Encoded in place, with room for the longest encoding: encoding first and copying then takes four times as long.
  const bytes = new Uint8Array(previousHash.length + body.length * MOST_BYTES_PER_UNIT);
  bytes.set(previousHash);
  const { written } = utf8.encodeInto(body, bytes.subarray(previousHash.length));
  return sha256(bytes.subarray(0, previousHash.length + written));
}

/** The link of an entry that follows the given end. */
export function linkAfter(end: ChainEnd, body: string, sha256: Sha256): Link {
  return { sequence: end.sequence + 1, previousHash: end.hash, hash: hashOfEntry(end.hash, body, sha256) };
}
