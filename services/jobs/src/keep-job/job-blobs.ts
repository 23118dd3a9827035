import { Injectable } from '@nestjs/common';
import { BlobMissing, BlobStore } from '#libs/blobs';
import type { CarriedBytes } from '#libs/contracts';
import { BodyClaims } from '#libs/messaging';
import { JobLimits } from '../job-limits.js';

/** Where bytes are kept: in the row, or under a key of the blob store. */
export interface KeptBytes {
  readonly inline: Buffer | null;
  readonly blobKey: string | null;
}

/** Keeps the bodies and results of jobs: small ones in their row, others in the blob store. */
@Injectable()
export class JobBlobs {
  constructor(
    private readonly blobs: BlobStore,
    private readonly claims: BodyClaims,
    private readonly limits: JobLimits,
  ) {}

  /** The bytes of a query. A claim stays where it is, so that the query can be answered again. */
  async open(carried: CarriedBytes): Promise<Buffer> {
    return Buffer.from(
      'base64' in carried ? Buffer.from(carried.base64, 'base64') : await this.claims.get(carried.claim),
    );
  }

  /** What a claim holds has been kept elsewhere; whatever stays falls out of the bucket by itself. */
  release(carried: CarriedBytes): void {
    if ('claim' in carried) void this.claims.remove(carried.claim).catch(() => undefined);
  }

  async keep(blobKey: string, bytes: Buffer): Promise<KeptBytes> {
    if (bytes.length <= this.limits.jobInlineBytes) return { inline: bytes, blobKey: null };
    await this.blobs.write(blobKey, once(bytes), { maxBytes: this.limits.jobResultBytes });
    return { inline: null, blobKey };
  }

  /** @throws BlobMissing where a blob is gone. */
  async read({ inline, blobKey }: KeptBytes): Promise<Buffer> {
    if (blobKey === null) return inline ?? Buffer.alloc(0);
    const pieces: Uint8Array[] = [];
    for await (const piece of this.blobs.read(blobKey)) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  async remove(blobKeys: readonly (string | null)[]): Promise<void> {
    for (const key of blobKeys) {
      if (key === null) continue;
      await this.blobs.remove(key).catch((error: unknown) => {
        if (!(error instanceof BlobMissing)) throw error;
      });
    }
  }
}

// eslint-disable-next-line @typescript-eslint/require-await -- a source of bytes is asynchronous by its type
async function* once(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}
