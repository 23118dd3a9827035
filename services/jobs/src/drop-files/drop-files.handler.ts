import { Injectable } from '@nestjs/common';
import { BlobStore } from '#libs/blobs';
import { ServiceLogger } from '#libs/runtime';
import { JobLimits } from '../job-limits.js';
import { DroppedFilesRepository } from './dropped-files.repository.js';

/** Where files, the results of batches, and large bodies and results of jobs are kept. */
const PREFIXES = ['files/', 'batches/', 'jobs/'];
const KEYS_AT_ONCE = 500;

/**
 * Takes out of the store what nobody can reach any more: bytes first and the row after, so that a process killed in between
 * leaves a row by which the next sweep finds them again. Two processes that do it at once do no harm.
 */
@Injectable()
export class DropFilesHandler {
  constructor(
    private readonly dropped: DroppedFilesRepository,
    private readonly blobs: BlobStore,
    private readonly limits: JobLimits,
    private readonly logger: ServiceLogger,
  ) {}

  /** Resolves to the number of files that are gone for good. */
  async dropFiles(): Promise<number> {
    const { fileGoneMilliseconds: goneForMilliseconds, fileSweepFiles: most } = this.limits;
    const gone: string[] = [];
    for (const { id, blobKey } of await this.dropped.toDrop({ goneForMilliseconds, most })) {
      if (await this.remove(blobKey)) gone.push(id);
    }
    await this.dropped.forget(gone);
    if (gone.length > 0) this.logger.info({ files: gone.length }, 'files that were deleted or had expired are gone');
    return gone.length;
  }

  /** Removes bytes that were stored for a file or a job whose row was never written, or is gone. Resolves to how many blobs that were. */
  async dropOrphans(now: Date): Promise<number> {
    const storedBefore = now.getTime() - this.limits.orphanAgeMilliseconds;
    let count = 0;
    for (const prefix of PREFIXES) {
      let keys: string[] = [];
      for await (const { key, storedAt } of this.blobs.list(prefix)) {
        if (storedAt.getTime() > storedBefore) continue;
        keys.push(key);
        if (keys.length < KEYS_AT_ONCE) continue;
        count += await this.removeUnnamed(keys);
        keys = [];
      }
      count += await this.removeUnnamed(keys);
    }
    if (count > 0) this.logger.warn({ blobs: count }, 'bytes that belonged to no file and no job were removed');
    return count;
  }

  private async removeUnnamed(keys: readonly string[]): Promise<number> {
    if (keys.length === 0) return 0;
    let count = 0;
    for (const key of await this.dropped.unnamed(keys)) if (await this.remove(key)) count += 1;
    return count;
  }

  private async remove(blobKey: string): Promise<boolean> {
    try {
      await this.blobs.remove(blobKey);
      return true;
    } catch (error) {
      this.logger.warn({ blobKey, error }, 'the bytes of a file cannot be removed now');
      return false;
    }
  }
}
