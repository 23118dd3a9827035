/** Limits of the HTTP edge. Times in milliseconds, sizes in bytes; documented in docs/api.md. */
export const HttpLimit = {
  /** Body of a JSON request. */
  bodyBytes: 32 * 1024 ** 2,
  /** A file of `POST /v1/files`. */
  fileBytes: 200 * 1024 ** 2,
  /** The body of a request that holds many: a Message Batch. It is streamed to the store. */
  requestListBytes: 256 * 1024 ** 2,
  /** One of the requests of such a body. */
  listedRequestBytes: 20 * 1024 ** 2,
  headerBytes: 16 * 1024,
  /** A body above this goes by claim check instead of in the message. */
  messageBodyBytes: 256 * 1024,
  /** Bytes waiting for a caller who reads too slowly, before the call is given up. */
  unsentBytes: 8 * 1024 ** 2,
  /** Bytes waiting for somebody who follows a stream again, before no more of it is read. */
  unsentFollowerBytes: 256 * 1024,
  /** Most who follow streams again at one process. */
  streamFollowers: 1_000,
  /** How long the rest of a body that is too large is still read, so that its sender gets to read the refusal. */
  readOutMilliseconds: 5_000,
  /** Silence before a stream's first token after which it is begun, where the model says nothing else. */
  silenceMilliseconds: 30_000,
  keepAliveMilliseconds: 65_000,
  /** Levels of objects and lists in a JSON body. */
  jsonLevels: 64,
} as const;
