import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LocalFolderBlobStore, type ListedBlob } from '#libs/blobs';
import { MessagingError } from '#libs/messaging';
import { RequestListHandler, type RequestListForm, type StoredRequests } from './request-list.handler.js';

const form: RequestListForm = {
  bodyName: 'params',
  customId: { pattern: /^r\d+$/, words: 'a number' },
  mostRequests: 20_000,
  lineOf: ({ customId, body }) => `${customId}:${body}`,
};

let home: string;
let blobs: LocalFolderBlobStore;
let handler: RequestListHandler;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'switchyard-lists-'));
  blobs = LocalFolderBlobStore.underHome(home);
  handler = new RequestListHandler(blobs);
});
afterEach(() => rm(home, { recursive: true }));

const keep = (list: StoredRequests): Promise<StoredRequests> => Promise.resolve(list);

async function stored(): Promise<string[]> {
  const listed: ListedBlob[] = [];
  for await (const blob of blobs.list('files/')) listed.push(blob);
  return listed.map(({ key }) => key);
}

describe('RequestListHandler', () => {
  it('stores a line a request', async () => {
    const pieces = [
      '{"requests": [{"custom_id": "r1", "params": {"a":\n1}}, {"cus',
      'tom_id": "r2", "params": {}}], "x": [1]}',
    ];
    const body = Readable.from(pieces.map((piece) => Buffer.from(piece)));
    const { blobKey, bytes, requests, members } = await handler.handle(body, form, keep);

    expect(Buffer.from(await blobs.readRange(blobKey, 0, bytes)).toString()).toBe('r1:{"a": 1}\nr2:{}\n');
    expect([requests, [...members]]).toEqual([2, [['x', [1]]]]);
  });

  it('holds a piece of a body of many megabytes, and not the body', async () => {
    const filler = 'x'.repeat(8_000);
    let peak = 0;
    const before = process.memoryUsage().arrayBuffers;
    function* pieces(): Generator<Buffer> {
      yield Buffer.from('{"requests": [');
      for (let index = 0; index < 16_000; index += 1) {
        // The heap holds what waits for the collector, as much as it likes; bodies of bytes lie outside of it.
        if (index % 100 === 0) peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
        yield Buffer.from(`${index ? ',' : ''}{"custom_id": "r${index}", "params": {"text": "${filler}"}}`);
      }
      yield Buffer.from(']}');
    }
    const { bytes, requests } = await handler.handle(Readable.from(pieces()), form, keep);

    expect(requests).toBe(16_000);
    expect(bytes).toBeGreaterThan(128_000_000);
    expect(peak).toBeLessThan(bytes / 2);
  });

  it('leaves nothing behind of what was refused, and keeps what may have taken effect', async () => {
    const body = (): Readable => Readable.from([Buffer.from('{"requests": [{"custom_id": "r1", "params": {}}]}')]);
    await expect(handler.handle(Readable.from([Buffer.from('{"requests": [{')]), form, keep)).rejects.toThrow(
      'breaks off',
    );
    await expect(handler.handle(undefined, form, keep)).rejects.toMatchObject({ code: 'missing_body' });
    await expect(handler.handle(body(), { ...form, mostRequests: 0 }, keep)).rejects.toThrow('more than 0');
    await expect(handler.handle(body(), form, () => Promise.reject(new Error('refused')))).rejects.toThrow('refused');
    expect(await stored()).toEqual([]);

    const lost = new MessagingError('timeout', 'nobody answered');
    await expect(handler.handle(body(), form, () => Promise.reject(lost))).rejects.toBe(lost);
    expect(await stored()).toHaveLength(1);
  });
});
