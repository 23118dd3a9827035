import { createWriteStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import type { ApiClient } from '../call-api/api-client.js';
import { CliError } from '../cli.error.js';
import { assertWritable, unwritable } from '../file-problems.js';

const head = z.object({ object: z.literal('audit.export'), size: z.int() });
const line = z.object({
  object: z.string(),
  sequence: z.int().optional(),
  until: z.int().optional(),
});
const LINE_FEED = 0x0a;
const PIECE_BYTES = 1024 * 1024;

/** Where an export that broke off goes on: how much of the file stands, and what to ask for. */
interface Resumption {
  readonly keepBytes: number;
  readonly size: number;
  readonly start: number;
}

/** Writes an export to a file; one that is there already is gone on with where it broke off. Returns the size of the log. */
export async function exportToFile(api: ApiClient, file: string, query: URLSearchParams): Promise<number> {
  assertWritable(file);
  const found = await findResumption(file);
  if (found && found.start >= found.size) return found.size;
  if (found) {
    query.set('size', String(found.size));
    query.set('start', String(found.start));
  }
  const { pieces, size } = await api.exportTrail(query);
  const stream = createWriteStream(file, found ? { flags: 'r+', start: found.keepBytes } : { flags: 'w' });
  try {
    await pipeline(pieces, stream);
  } catch (error) {
    // Only what concerns the file has its path.
    throw error instanceof Error && 'path' in error ? unwritable(file, error) : error;
  }
  return size;
}

/** Undefined where there is no file, or none with a whole first line. @throws CliError for a file that is something else */
async function findResumption(file: string): Promise<Resumption | undefined> {
  const handle = await open(file, 'r+').catch(() => undefined);
  if (!handle) return undefined;
  try {
    const { size: bytes } = await handle.stat();
    if (bytes === 0) return undefined;
    const keepBytes = await endOfLastLine(handle, bytes);
    await handle.truncate(keepBytes);
    if (keepBytes === 0) return undefined;
    return { keepBytes, ...(await placeIn(handle, keepBytes)) };
  } catch (error) {
    throw new CliError(`${file} is there already and is no export; move it away or name another with --output.`, {
      cause: error,
    });
  } finally {
    await handle.close();
  }
}

async function endOfLastLine(handle: FileHandle, bytes: number): Promise<number> {
  for (let end = bytes; end > 0; end -= PIECE_BYTES) {
    const start = Math.max(0, end - PIECE_BYTES);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(end - start), 0, end - start, start);
    const place = buffer.subarray(0, bytesRead).lastIndexOf(LINE_FEED);
    if (place >= 0) return start + place + 1;
  }
  return 0;
}

async function placeIn(handle: FileHandle, bytes: number): Promise<Pick<Resumption, 'size' | 'start'>> {
  const { size } = head.parse(JSON.parse(await firstLine(handle, bytes)));
  for (let end = bytes; end > 0;) {
    const begin = await endOfLastLine(handle, end - 1);
    const { buffer } = await handle.read(Buffer.alloc(end - begin), 0, end - begin, begin);
    const found = line.parse(JSON.parse(buffer.toString('utf8')));
    if (found.object === 'audit.export') return { size, start: 0 };
    if (found.until !== undefined) return { size, start: found.until };
    if (found.sequence !== undefined) return { size, start: found.sequence + 1 };
    end = begin;
  }
  return { size, start: 0 };
}

async function firstLine(handle: FileHandle, bytes: number): Promise<string> {
  const length = Math.min(bytes, PIECE_BYTES);
  const { buffer } = await handle.read(Buffer.alloc(length), 0, length, 0);
  return buffer.subarray(0, buffer.indexOf(LINE_FEED)).toString('utf8');
}
