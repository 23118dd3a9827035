import { BlobMissing } from './blob-missing.error.js';
import { BlobStoreFull } from './blob-store-full.error.js';
import { BlobStoreUnavailable } from './blob-store-unavailable.error.js';

const FULL = new Set(['QuotaExceeded', 'XMinioStorageFull', 'InsufficientCapacity']);
const INSUFFICIENT_STORAGE = 507;

/** What a failure of the S3 client means for the blob under `key`, in the words of the port. */
export function s3Failure(error: unknown, key: string): Error {
  const name = nameOf(error);
  if (name === 'NoSuchKey' || (statusOf(error) === 404 && name !== 'NoSuchBucket'))
    return new BlobMissing(key, { cause: error });
  if (FULL.has(name) || statusOf(error) === INSUFFICIENT_STORAGE) return new BlobStoreFull(key, { cause: error });
  return new BlobStoreUnavailable(key, name, { cause: error });
}

/** The range that was asked for starts behind the end of the blob. */
export function isBehindTheEnd(error: unknown): boolean {
  return statusOf(error) === 416;
}

/** The name that S3 gives a failure, or the client one of its own. */
function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : String(error);
}

function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return undefined;
  return (error.$metadata as { httpStatusCode?: number }).httpStatusCode;
}
