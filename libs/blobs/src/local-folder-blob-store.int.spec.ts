import { mkdtemp, mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { describeBlobStore } from './blob-store.contract.js';
import { BlobTooLarge } from './blob-too-large.error.js';
import { LocalFolderBlobStore } from './local-folder-blob-store.js';

/** Collecting takes its time in a process that has run many tests. */
/** The disk may have other things to do. */
const LONG_MILLISECONDS = 120_000;
const LOOK_EVERY_BYTES = 24 * 1024 ** 2;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

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

  it(
    'streams a large file without holding it',
    async () => {
      const store = LocalFolderBlobStore.underHome(home);
      const size = 96 * 1024 ** 2;
      const before = heldBytes();
      await store.write('large', bytes(size), { maxBytes: size });
      let [read, looks, peak] = [0, 0, 0];
      for await (const piece of store.read('large')) {
        read += piece.byteLength;
        if (read < looks * LOOK_EVERY_BYTES) continue;
        looks++;
        peak = Math.max(peak, heldBytes() - before);
      }

      expect(read).toBe(size);
      expect(looks).toBeGreaterThanOrEqual(4);
      expect(peak).toBeLessThan(size / 3);
    },
    LONG_MILLISECONDS,
  );
});

/** What somebody still holds: what only waits for the collector does not count. */
function heldBytes(): number {
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}
