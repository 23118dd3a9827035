/** Nothing is stored under the key. A retry helps only where another process is still writing it. */
export class BlobMissing extends Error {
  override readonly name = 'BlobMissing';
  readonly retryable = false;

  constructor(
    readonly key: string,
    options?: ErrorOptions,
  ) {
    super(
      `No file is stored under "${key}": it was removed, or SWITCHYARD_HOME or SWITCHYARD_S3_… name another place than they did`,
      options,
    );
  }
}
