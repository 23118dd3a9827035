import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, opendir, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { blobKeySegments } from './blob-key.policy.js';
import { BlobMissing } from './blob-missing.error.js';
import { BlobStore, type BlobLimits, type BlobRange, type ListedBlob, type StoredBlob } from './blob-store.js';
import { BlobStoreFull } from './blob-store-full.error.js';
import { BlobTooLarge } from './blob-too-large.error.js';

/** Unfinished writes live here; the name starts with a dot, so no key can reach them. */
const INCOMING = '.incoming';
const ABANDONED_AFTER_MILLISECONDS = 24 * 60 * 60 * 1_000;
const PIECE_BYTES = 256 * 1024;

/**
 * Blobs as files under one folder, `<SWITCHYARD_HOME>/blobs`. A write goes to a temporary file, is flushed to disk and then
 * renamed, so that a reader, or a process killed at any moment, sees a whole file or none; what a killed process left behind
 * is removed a day later. Several processes on the same folder (or on a shared one) may use it at once.
 */
export class LocalFolderBlobStore extends BlobStore {
  private cleaned: Promise<void> | undefined;

  constructor(private readonly folder: string) {
    super();
  }

  /** The store that belongs to a data folder (`Settings.home`). */
  static underHome(home: string): LocalFolderBlobStore {
    return new LocalFolderBlobStore(join(home, 'blobs'));
  }

  override async write(key: string, source: AsyncIterable<Uint8Array>, limits: BlobLimits): Promise<StoredBlob> {
    const path = this.pathOf(key);
    const temporary = join(this.folder, INCOMING, randomUUID());
    try {
      await mkdir(dirname(path), { recursive: true });
      await this.prepareIncoming();
      const stored = await writeFlushed(temporary, source, { key, maxBytes: limits.maxBytes });
      await rename(temporary, path);
      await flushFolder(dirname(path));
      return stored;
    } catch (error) {
      await rm(temporary, { force: true });
      if (hasCode(error, 'ENOSPC', 'EDQUOT')) throw new BlobStoreFull(key, { cause: error });
      throw error;
    }
  }

  override async *read(key: string, range: BlobRange = { offset: 0 }): AsyncIterable<Uint8Array> {
    if (range.length === 0) return;
    const end = range.length === undefined ? undefined : range.offset + range.length - 1;
    const path = this.pathOf(key);
    const stream: AsyncIterable<Buffer> = createReadStream(path, {
      start: range.offset,
      end,
      highWaterMark: PIECE_BYTES,
    });
    try {
      for await (const piece of stream) yield piece;
    } catch (error) {
      throw missingOr(error, key);
    }
  }

  override async readRange(key: string, offset: number, length: number): Promise<Uint8Array> {
    let file: FileHandle | undefined;
    try {
      file = await open(this.pathOf(key), 'r');
      const bytes = Buffer.allocUnsafe(length);
      let filled = 0;
      while (filled < length) {
        const { bytesRead } = await file.read(bytes, filled, length - filled, offset + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return bytes.subarray(0, filled);
    } catch (error) {
      throw missingOr(error, key);
    } finally {
      await file?.close();
    }
  }

  override async *list(prefix: string): AsyncIterable<ListedBlob> {
    const segments = blobKeySegments(prefix.replace(/\/$/, ''));
    const folder = await opendir(join(this.folder, ...segments)).catch((error: unknown) => {
      if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
      throw error;
    });
    if (!folder) return;
    for await (const entry of folder) {
      const key = [...segments, entry.name].join('/');
      if (entry.isDirectory()) {
        yield* this.list(`${key}/`);
        continue;
      }
      const details = await stat(join(this.folder, key)).catch(() => undefined);
      if (details) yield { key, storedAt: details.mtime };
    }
  }

  override async remove(key: string): Promise<void> {
    await rm(this.pathOf(key), { force: true });
  }

  private pathOf(key: string): string {
    return join(this.folder, ...blobKeySegments(key));
  }

  private prepareIncoming(): Promise<void> {
    this.cleaned ??= removeAbandoned(join(this.folder, INCOMING)).catch((error: unknown) => {
      this.cleaned = undefined;
      throw error;
    });
    return this.cleaned;
  }
}

async function writeFlushed(
  path: string,
  source: AsyncIterable<Uint8Array>,
  limits: { key: string; maxBytes: number },
): Promise<StoredBlob> {
  const hash = createHash('sha256');
  let bytes = 0;
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const piece of source) {
      bytes += piece.byteLength;
      if (bytes > limits.maxBytes) throw new BlobTooLarge(limits.key, limits.maxBytes);
      hash.update(piece);
      await file.writeFile(piece);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** Makes the rename itself survive a power cut. */
async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function removeAbandoned(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const details = await stat(path).catch(() => undefined);
    if (details && Date.now() - details.mtimeMs > ABANDONED_AFTER_MILLISECONDS) await rm(path, { force: true });
  }
}

function hasCode(error: unknown, ...codes: string[]): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && codes.includes(String(error.code));
}

function missingOr(error: unknown, key: string): unknown {
  return hasCode(error, 'ENOENT', 'EISDIR', 'ENOTDIR') ? new BlobMissing(key, { cause: error }) : error;
}
