import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { BlobMissing } from './blob-missing.error.js';
import type { BlobStore, ListedBlob } from './blob-store.js';
import { BlobTooLarge } from './blob-too-large.error.js';
import { InvalidBlobKey } from './invalid-blob-key.error.js';

const LIMITS = { maxBytes: 10 * 1024 ** 2 };

async function* pieces(...texts: string[]): AsyncIterable<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

async function* failing(): AsyncIterable<Uint8Array> {
  yield Buffer.from('half');
  throw new Error('the uploader left');
}

async function textOf(source: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const piece of source) all.push(piece);
  return Buffer.concat(all).toString();
}

/** What every blob store promises; run by each implementation with a fresh, empty store per test. */
export function describeBlobStore(name: string, create: () => Promise<BlobStore>): void {
  describe(`${name} keeps the contract of a blob store`, () => {
    let store: BlobStore;

    beforeEach(async () => {
      store = await create();
    });

    it('gives back the bytes it was given, and says how many and which', async () => {
      const stored = await store.write('files/one.jsonl', pieces('first ', 'second ', 'thïrd'), LIMITS);

      expect(await textOf(store.read('files/one.jsonl'))).toBe('first second thïrd');
      expect(stored).toEqual({ bytes: 19, sha256: createHash('sha256').update('first second thïrd').digest('hex') });
    });

    it('stores an empty blob', async () => {
      expect((await store.write('empty', pieces(), LIMITS)).bytes).toBe(0);
      expect(await textOf(store.read('empty'))).toBe('');
    });

    it('reads ranges, clipped at the end', async () => {
      await store.write('digits', pieces('01234', '56789'), LIMITS);

      expect(await textOf(store.read('digits', { offset: 3 }))).toBe('3456789');
      expect(await textOf(store.read('digits', { offset: 3, length: 4 }))).toBe('3456');
      expect(await textOf(store.read('digits', { offset: 3, length: 0 }))).toBe('');
      expect(await textOf(store.read('digits', { offset: 99 }))).toBe('');
      expect(Buffer.from(await store.readRange('digits', 8, 10)).toString()).toBe('89');
      expect(Buffer.from(await store.readRange('digits', 0, 3)).toString()).toBe('012');
    });

    it('replaces a blob in one step', async () => {
      await store.write('key', pieces('old'), LIMITS);
      await store.write('key', pieces('new'), LIMITS);

      expect(await textOf(store.read('key'))).toBe('new');
    });

    it('leaves nothing, or the old bytes, when a write is too large or its source fails', async () => {
      await store.write('kept', pieces('old'), LIMITS);
      await expect(store.write('kept', pieces('123', '456'), { maxBytes: 5 })).rejects.toThrow(BlobTooLarge);
      await expect(store.write('kept', failing(), LIMITS)).rejects.toThrow('the uploader left');
      await expect(store.write('never', failing(), LIMITS)).rejects.toThrow('the uploader left');

      expect(await textOf(store.read('kept'))).toBe('old');
      await expect(textOf(store.read('never'))).rejects.toThrow(BlobMissing);
    });

    it('names a blob that does not exist', async () => {
      await expect(textOf(store.read('nowhere/at-all'))).rejects.toThrow(BlobMissing);
      await expect(store.readRange('nowhere', 0, 1)).rejects.toThrow(BlobMissing);
      await expect(store.remove('nowhere')).resolves.toBeUndefined();
    });

    it('lists what is stored below a prefix, and when it was', async () => {
      const before = Date.now();
      for (const key of ['files/b', 'files/a', 'files/deep/er', 'filesystem', 'other/a'])
        await store.write(key, pieces('x'), LIMITS);
      const listed: ListedBlob[] = [];
      for await (const blob of store.list('files/')) listed.push(blob);
      const nothing: ListedBlob[] = [];
      for await (const blob of store.list('nowhere/')) nothing.push(blob);

      expect(listed.map(({ key }) => key).toSorted()).toEqual(['files/a', 'files/b', 'files/deep/er']);
      // Stores may tell the time in whole seconds.
      for (const { storedAt } of listed) expect(Math.abs(storedAt.getTime() - before)).toBeLessThan(60_000);
      expect(nothing).toEqual([]);
    });

    it('forgets a removed blob', async () => {
      await store.write('key', pieces('bytes'), LIMITS);
      await store.remove('key');

      await expect(textOf(store.read('key'))).rejects.toThrow(BlobMissing);
    });

    it.each([
      '',
      '/',
      '/etc/passwd',
      '../up',
      'a/../b',
      'a//b',
      'a/',
      '.hidden',
      'a/.b',
      'a\\b',
      'a\0b',
      'ä',
      'a b',
      'a/b/c/d/e/f/g/h/i',
    ])('refuses the key %j', async (key) => {
      await expect(store.write(key, pieces('x'), LIMITS)).rejects.toThrow(InvalidBlobKey);
      await expect(textOf(store.read(key))).rejects.toThrow(InvalidBlobKey);
      await expect(store.readRange(key, 0, 1)).rejects.toThrow(InvalidBlobKey);
      await expect(store.remove(key)).rejects.toThrow(InvalidBlobKey);
    });
  });
}
