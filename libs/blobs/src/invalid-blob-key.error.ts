/** A key that is not a plain relative name; it is never turned into a path. A retry cannot help. */
export class InvalidBlobKey extends Error {
  override readonly name = 'InvalidBlobKey';
  readonly retryable = false;

  constructor(key: string) {
    super(
      `"${key.slice(0, 100)}" is no blob key: use one to eight segments of letters, digits, ".", "_" and "-" joined by "/", each starting with a letter or a digit`,
    );
  }
}
