import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startS3ForTests, type S3ForTests } from '#libs/testing';
import { BlobMissing } from './blob-missing.error.js';
import { describeBlobStore } from './blob-store.contract.js';
import { BlobStoreFull } from './blob-store-full.error.js';
import { BlobStoreUnavailable } from './blob-store-unavailable.error.js';
import type { ListedBlob } from './blob-store.js';
import { BlobTooLarge } from './blob-too-large.error.js';
import { S3BlobStore } from './s3-blob-store.js';

/** Hundreds of mebibytes go through one process here, on a machine that may do other things beside. */
const LONG_MILLISECONDS = 120_000;
const MEBIBYTE = 1024 ** 2;
const LIMITS = { maxBytes: 200 * MEBIBYTE };

let server: S3ForTests;

beforeAll(async () => {
  server = await startS3ForTests();
});
afterAll(() => server.stop());
afterEach(() => server.mend());

let installations = 0;

/** A store of its own: another prefix of the same bucket. */
function newStore(overrides: Partial<ConstructorParameters<typeof S3BlobStore>[0]> = {}): S3BlobStore {
  installations += 1;
  const { endpoint, bucket, credentials } = server;
  const prefix = `installation-${installations}`;
  return new S3BlobStore({ endpoint, bucket, credentials, region: undefined, prefix, isPathStyle: true, ...overrides });
}

describeBlobStore('S3BlobStore', () => Promise.resolve(newStore()));

async function* megabytes(count: number, failAfter = Number.POSITIVE_INFINITY): AsyncIterable<Uint8Array> {
  for (let number = 0; number < count; number += 1) {
    if (number === failAfter) throw new Error('the uploader left');
    yield Buffer.alloc(MEBIBYTE, String.fromCharCode(97 + (number % 26)));
  }
}

async function readAll(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of source) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe('S3BlobStore', () => {
  it('stores what is large in parts, and reads it in pieces', async () => {
    const store = newStore();
    const stored = await store.write('files/large', megabytes(27), LIMITS);
    const read = await readAll(store.read('files/large'));

    expect(stored.bytes).toBe(27 * MEBIBYTE);
    expect(read).toHaveLength(27 * MEBIBYTE);
    expect(read.subarray(9 * MEBIBYTE - 1, 9 * MEBIBYTE + 1).toString()).toBe('ij');
    expect((await readAll(store.read('files/large', { offset: 4 * MEBIBYTE - 1, length: 2 }))).toString()).toBe('de');
    expect(server.openUploads()).toBe(0);
  });

  it('leaves no part behind when the source fails in the middle or gives too much', async () => {
    const store = newStore();
    await expect(store.write('files/a', megabytes(30, 20), LIMITS)).rejects.toThrow('the uploader left');
    await expect(store.write('files/a', megabytes(30), { maxBytes: 20 * MEBIBYTE })).rejects.toThrow(BlobTooLarge);

    await expect(readAll(store.read('files/a'))).rejects.toThrow(BlobMissing);
    expect(server.openUploads()).toBe(0);
  });

  it('never gives the start of one blob with the end of another', async () => {
    const store = newStore();
    await store.write('files/a', megabytes(9), LIMITS);
    const pieces = store.read('files/a')[Symbol.asyncIterator]();
    await pieces.next();
    await store.write('files/a', megabytes(8), LIMITS);

    await expect(pieces.next()).rejects.toThrow(BlobStoreUnavailable);
  });

  it('keeps to its prefix', async () => {
    const [one, other] = [newStore(), newStore()];
    await one.write('files/a', megabytes(1), LIMITS);

    await expect(other.readRange('files/a', 0, 1)).rejects.toThrow(BlobMissing);
    const listed: ListedBlob[] = [];
    for await (const blob of other.list('files/')) listed.push(blob);
    expect(listed).toEqual([]);
  });

  it('tries again what failed for a moment, and says when it cannot', async () => {
    const store = newStore();
    server.fail(503, 1);
    await store.write('files/a', megabytes(1), LIMITS);
    expect(await store.readRange('files/a', 0, 2)).toHaveLength(2);
    server.fail(500);
    await expect(store.readRange('files/a', 0, 1)).rejects.toThrow(BlobStoreUnavailable);
    await expect(store.write('files/b', megabytes(1), LIMITS)).rejects.toThrow(BlobStoreUnavailable);
    await expect(store.remove('files/a')).rejects.toThrow(BlobStoreUnavailable);
    server.fail(507);
    await expect(store.write('files/b', megabytes(1), LIMITS)).rejects.toThrow(BlobStoreFull);
  });

  it('tells a wrong bucket and wrong credentials from a missing blob', async () => {
    await expect(newStore({ bucket: 'another' }).readRange('files/a', 0, 1)).rejects.toThrow(/NoSuchBucket/);
    const credentials = { accessKeyId: 'wrong', secretAccessKey: 'wrong' };
    await expect(newStore({ credentials }).readRange('files/a', 0, 1)).rejects.toThrow(/AccessDenied/);
  });

  it(
    'does not hold what it stores',
    async () => {
      const store = newStore();
      // What has been let go of is no part of what is held.
      setFlagsFromString('--expose-gc');
      const collect = runInNewContext('gc') as () => void;
      collect();
      const before = process.memoryUsage().arrayBuffers;
      let peak = 0;
      async function* watched(): AsyncIterable<Uint8Array> {
        for (let number = 0; number < 96; number += 1) {
          if (number % 8 === 0) {
            collect();
            peak = Math.max(peak, process.memoryUsage().arrayBuffers - before - number * MEBIBYTE);
          }
          yield Buffer.alloc(MEBIBYTE, 'x');
        }
      }
      await store.write('files/large', watched(), LIMITS);

      // The server of this test holds all of it in the same process; what is above that is held by the store.
      expect(peak).toBeLessThan(80 * MEBIBYTE);
      expect((await store.readRange('files/large', 95 * MEBIBYTE, MEBIBYTE)).byteLength).toBe(MEBIBYTE);
    },
    LONG_MILLISECONDS,
  );
});
