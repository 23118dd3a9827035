/** Nothing is stored under the key. A retry helps only where another process is still writing it. */
export class BlobMissing extends Error {
  override readonly name = 'BlobMissing';
  readonly retryable = false;

  constructor(
    readonly key: string,
    options?: ErrorOptions,
  ) {
    super(
      `No file is stored under "${key}": it was removed, or SWITCHYARD_HOME names another folder than it did`,
      options,
    );
  }
}
