/** Bounds of requests that come with an idempotency key; sizes in bytes, documented in docs/api.md. */
export const RepeatLimit = {
  keyCharacters: 255,
  /** Of one answer; a longer one is not given again. */
  answerBytes: 16 * 1024 ** 2,
  /** Of one message: less than the server takes, with the seal. */
  partBytes: 512 * 1024,
} as const;
