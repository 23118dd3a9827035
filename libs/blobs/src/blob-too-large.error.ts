/** The source gave more bytes than the write may take; nothing was stored. A retry with the same bytes cannot help. */
export class BlobTooLarge extends Error {
  override readonly name = 'BlobTooLarge';
  readonly retryable = false;

  constructor(
    readonly key: string,
    readonly maxBytes: number,
  ) {
    super(`The file for "${key}" has more than ${maxBytes} bytes, the most that is accepted; split it`);
  }
}
