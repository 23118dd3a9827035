import type { BlobStore } from './blob-store.js';
import { LocalFolderBlobStore } from './local-folder-blob-store.js';
import type { S3Settings } from './s3-settings.js';

/**
 * The store that the settings of a process name: a bucket, or else the folder `blobs` of its data folder. Every process of an
 * installation must be given the same. The client for S3 is loaded only where it is needed.
 */
export async function openBlobStore({
  home,
  s3,
}: {
  readonly home: string;
  readonly s3: S3Settings | undefined;
}): Promise<BlobStore> {
  if (!s3) return LocalFolderBlobStore.underHome(home);
  const { S3BlobStore } = await import('./s3-blob-store.js');
  return new S3BlobStore(s3);
}
