/** The store cannot be reached or refuses to serve; nothing was changed. A retry helps once an operator or time has mended it. */
export class BlobStoreUnavailable extends Error {
  override readonly name = 'BlobStoreUnavailable';
  readonly retryable = true;

  constructor(
    readonly key: string,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(
      `The store of files does not serve "${key}" (${reason}): look whether it is up, and whether SWITCHYARD_S3_… name the right bucket and credentials`,
      options,
    );
  }
}
