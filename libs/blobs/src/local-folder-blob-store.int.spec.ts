import { mkdtemp, mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { describeBlobStore } from './blob-store.contract.js';
import { BlobTooLarge } from './blob-too-large.error.js';
import { LocalFolderBlobStore } from './local-folder-blob-store.js';

let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'switchyard-blobs-'));
});
afterEach(() => rm(home, { recursive: true }));

describeBlobStore('LocalFolderBlobStore', () => Promise.resolve(LocalFolderBlobStore.underHome(home)));

async function* bytes(count: number, pieceBytes = 64 * 1024): AsyncIterable<Uint8Array> {
  const piece = Buffer.alloc(pieceBytes, 'x');
  for (let sent = 0; sent < count; sent += pieceBytes) yield piece;
}

describe('LocalFolderBlobStore', () => {
  it('leaves no temporary file behind', async () => {
    const store = LocalFolderBlobStore.underHome(home);
    await store.write('a/good', bytes(1_000_000), { maxBytes: 2_000_000 });
    await expect(store.write('a/bad', bytes(1_000_000), { maxBytes: 500_000 })).rejects.toThrow(BlobTooLarge);

    expect(await readdir(join(home, 'blobs', '.incoming'))).toEqual([]);
    expect(await readdir(join(home, 'blobs', 'a'))).toEqual(['good']);
  });

  it('removes what a killed process left a day ago, and nothing younger', async () => {
    const incoming = join(home, 'blobs', '.incoming');
    await mkdir(incoming, { recursive: true });
    await writeFile(join(incoming, 'old'), 'x');
    await writeFile(join(incoming, 'young'), 'x');
    const twoDaysAgo = new Date(Date.now() - 2 * 86_400_000);
    await utimes(join(incoming, 'old'), twoDaysAgo, twoDaysAgo);

    await LocalFolderBlobStore.underHome(home).write('a', bytes(10), { maxBytes: 1_000_000 });

    expect(await readdir(incoming)).toEqual(['young']);
  });

  it('streams a large file without holding it', async () => {
    const store = LocalFolderBlobStore.underHome(home);
    const size = 256 * 1024 ** 2;
    const before = process.memoryUsage().arrayBuffers;
    await store.write('large', bytes(size), { maxBytes: size });
    let read = 0;
    let peak = 0;
    for await (const piece of store.read('large')) {
      read += piece.byteLength;
      peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
    }

    expect(read).toBe(size);
    // Pieces that were read wait for the garbage collector, which comes when some 64 MiB of them have gathered.
    expect(peak).toBeLessThan(size / 2);
  });
});
