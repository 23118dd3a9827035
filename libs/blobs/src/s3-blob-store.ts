import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { blobKeySegments, isBlobKey } from './blob-key.policy.js';
import { BlobStore, type BlobLimits, type BlobRange, type ListedBlob, type StoredBlob } from './blob-store.js';
import { BlobTooLarge } from './blob-too-large.error.js';
import { isBehindTheEnd, s3Failure } from './s3-failure.js';
import type { S3Settings } from './s3-settings.js';

const MEBIBYTE = 1024 ** 2;
/** At most twice as much is held of a blob that is written. */
const LEAST_PART_BYTES = 8 * MEBIBYTE;
const MOST_PARTS = 10_000;
const PARTS_AT_ONCE = 2;
/** As much is asked for at once of a blob that is read, so that a slow reader keeps no connection open. */
const PIECE_BYTES = 4 * MEBIBYTE;
const CONNECT_MILLISECONDS = 5_000;
const SILENCE_MILLISECONDS = 60_000;
/** The region that a service beside Amazon's is told where none is set; most do not care. */
const DEFAULT_REGION = 'us-east-1';

interface Piece {
  readonly bytes: Uint8Array;
  readonly totalBytes: number;
  readonly etag: string | undefined;
}

/**
 * Blobs as objects of a bucket. An object appears whole when its upload is completed, which is what the port promises; the parts
 * of one that failed are dropped at once, and those of a killed process by a rule of the bucket's life cycle. The bucket, or
 * the prefix in it, belongs to one installation alone.
 */
export class S3BlobStore extends BlobStore {
  private readonly client: S3Client;
  private readonly prefix: string;

  constructor(private readonly settings: S3Settings) {
    super();
    const { endpoint, region, credentials, isPathStyle, prefix } = settings;
    this.prefix = prefix === '' ? '' : `${prefix}/`;
    const knownRegion = region ?? (endpoint === undefined ? undefined : DEFAULT_REGION);
    this.client = new S3Client({
      forcePathStyle: isPathStyle,
      // Checksums of newer kinds than every compatible service knows are left out where they are not required.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      requestHandler: { connectionTimeout: CONNECT_MILLISECONDS, socketTimeout: SILENCE_MILLISECONDS },
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(knownRegion === undefined ? {} : { region: knownRegion }),
      ...(credentials === undefined ? {} : { credentials }),
    });
  }

  override async write(key: string, source: AsyncIterable<Uint8Array>, limits: BlobLimits): Promise<StoredBlob> {
    const place = this.placeOf(key);
    const measured = new MeasuredSource(source, { key, maxBytes: limits.maxBytes });
    try {
      await new Upload({
        client: this.client,
        params: { ...place, Body: Readable.from(measured.pieces()), ContentType: 'application/octet-stream' },
        partSize: Math.max(LEAST_PART_BYTES, Math.ceil(limits.maxBytes / MOST_PARTS)),
        queueSize: PARTS_AT_ONCE,
      }).done();
    } catch (error) {
      throw measured.failure ?? s3Failure(error, key);
    }
    return measured.stored();
  }

  override async *read(key: string, range: BlobRange = { offset: 0 }): AsyncIterable<Uint8Array> {
    const place = this.placeOf(key);
    const wantedEnd = range.length === undefined ? Number.POSITIVE_INFINITY : range.offset + range.length;
    let { offset } = range;
    let end = wantedEnd;
    let etag: string | undefined;
    while (offset < end) {
      const piece = await this.piece(key, { ...place, offset, end: Math.min(end, offset + PIECE_BYTES), etag });
      if (!piece || piece.bytes.byteLength === 0) return;
      yield piece.bytes;
      offset += piece.bytes.byteLength;
      end = Math.min(wantedEnd, piece.totalBytes);
      etag = piece.etag;
    }
  }

  override async readRange(key: string, offset: number, length: number): Promise<Uint8Array> {
    const place = this.placeOf(key);
    if (length === 0) return new Uint8Array(0);
    const piece = await this.piece(key, { ...place, offset, end: offset + length, etag: undefined });
    return piece?.bytes ?? new Uint8Array(0);
  }

  override async *list(prefix: string): AsyncIterable<ListedBlob> {
    const folder = `${blobKeySegments(prefix.replace(/\/$/, '')).join('/')}/`;
    const where = { Bucket: this.settings.bucket, Prefix: `${this.prefix}${folder}` };
    let next: string | undefined;
    do {
      const command = new ListObjectsV2Command({
        ...where,
        ...(next === undefined ? {} : { ContinuationToken: next }),
      });
      const page = await this.client.send(command).catch((error: unknown) => {
        throw s3Failure(error, prefix);
      });
      for (const { Key: name = '', LastModified: storedAt } of page.Contents ?? []) {
        const key = name.slice(this.prefix.length);
        if (storedAt && isBlobKey(key)) yield { key, storedAt };
      }
      next = page.NextContinuationToken;
    } while (next !== undefined);
  }

  override async remove(key: string): Promise<void> {
    const command = new DeleteObjectCommand(this.placeOf(key));
    await this.client.send(command).catch((error: unknown) => {
      throw s3Failure(error, key);
    });
  }

  private placeOf(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.settings.bucket, Key: `${this.prefix}${blobKeySegments(key).join('/')}` };
  }

  /** Undefined where the range starts behind the end. A blob that was replaced since its first piece fails, so none is torn. */
  private async piece(
    key: string,
    part: { Bucket: string; Key: string; offset: number; end: number; etag: string | undefined },
  ): Promise<Piece | undefined> {
    const { Bucket, Key, offset, end, etag } = part;
    try {
      const answer = await this.client.send(
        new GetObjectCommand({
          Bucket,
          Key,
          Range: `bytes=${offset}-${end - 1}`,
          ...(etag === undefined ? {} : { IfMatch: etag }),
        }),
      );
      const bytes = (await answer.Body?.transformToByteArray()) ?? new Uint8Array(0);
      const total = Number(answer.ContentRange?.split('/').at(-1));
      return { bytes, totalBytes: Number.isSafeInteger(total) ? total : bytes.byteLength, etag: answer.ETag };
    } catch (error) {
      if (isBehindTheEnd(error)) return undefined;
      throw s3Failure(error, key);
    }
  }
}

/** Passes the pieces of a source on, counts and hashes them, and keeps what the source threw apart from what the store throws. */
class MeasuredSource {
  failure: unknown;
  private readonly hash = createHash('sha256');
  private bytes = 0;

  constructor(
    private readonly source: AsyncIterable<Uint8Array>,
    private readonly limit: { key: string; maxBytes: number },
  ) {}

  async *pieces(): AsyncGenerator<Uint8Array> {
    try {
      for await (const piece of this.source) {
        this.bytes += piece.byteLength;
        if (this.bytes > this.limit.maxBytes) throw new BlobTooLarge(this.limit.key, this.limit.maxBytes);
        this.hash.update(piece);
        yield piece;
      }
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }

  stored(): StoredBlob {
    return { bytes: this.bytes, sha256: this.hash.digest('hex') };
  }
}
