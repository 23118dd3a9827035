/** The disk or quota under the blob store is used up; nothing was stored. A retry helps once there is room. */
export class BlobStoreFull extends Error {
  override readonly name = 'BlobStoreFull';
  readonly retryable = true;

  constructor(
    readonly key: string,
    options?: ErrorOptions,
  ) {
    super(
      `No room to store the file for "${key}": free space on the disk that holds SWITCHYARD_HOME, or raise the quota of the bucket`,
      options,
    );
  }
}
