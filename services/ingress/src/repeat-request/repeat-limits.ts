/** Bounds of requests that come with an idempotency key; sizes in bytes, documented in docs/api.md. */
export const RepeatLimit = {
  keyCharacters: 255,
  /** Of one answer; a longer one is not given again. */
  answerBytes: 16 * 1024 ** 2,
  /** Of one message: less than the server takes, with the seal. */
  partBytes: 512 * 1024,
  /** Of the answers of one organisation in a day: what comes beyond is known to have been answered, and its bytes are not kept. */
  organizationBytes: 2 * 1024 ** 3,
  /** What an entry takes besides its answer, about. */
  entryBytes: 512,
  readEveryMilliseconds: 10_000,
} as const;
