/** What became of a write: how many bytes were stored, and their SHA-256 in hex. */
export interface StoredBlob {
  readonly bytes: number;
  readonly sha256: string;
}

/** Most bytes a write may take; one more and it fails with `BlobTooLarge` and leaves nothing behind. */
export interface BlobLimits {
  readonly maxBytes: number;
}

/** A part of a blob: `length` bytes from `offset`, or everything from there on. */
export interface BlobRange {
  readonly offset: number;
  readonly length?: number;
}

/** A blob that is stored, and when it was. */
export interface ListedBlob {
  readonly key: string;
  readonly storedAt: Date;
}

/**
 * Bytes under a key: input and output files of batches, too large for Postgres. Keys are one to eight segments of letters,
 * digits, `.`, `_` and `-` that start with a letter or a digit, joined by `/`; anything else is an `InvalidBlobKey`. A blob
 * appears whole or not at all, is never changed in place, and writing the same key again replaces it in one step. Bytes
 * are streamed: no method holds more than a piece of them, except `readRange`, which holds what it was asked for.
 */
export abstract class BlobStore {
  /** Resolves when the bytes are safely stored. Throws `BlobTooLarge`, `BlobStoreFull`, `BlobStoreUnavailable`, or what the source threw. */
  abstract write(key: string, source: AsyncIterable<Uint8Array>, limits: BlobLimits): Promise<StoredBlob>;

  /** The blob's bytes in order, in pieces. Throws `BlobMissing` at the first piece; a range past the end is empty. */
  abstract read(key: string, range?: BlobRange): AsyncIterable<Uint8Array>;

  /** Exactly `length` bytes from `offset`, fewer only where the blob ends. Throws `BlobMissing`. */
  abstract readRange(key: string, offset: number, length: number): Promise<Uint8Array>;

  /**
   * What is stored under keys that start with `prefix`, in no promised order; what is written or removed meanwhile may or may
   * not be among it. A prefix is a whole number of segments with their `/`.
   */
  abstract list(prefix: string): AsyncIterable<ListedBlob>;

  /** Removes the blob; one that does not exist is no error. */
  abstract remove(key: string): Promise<void>;
}
