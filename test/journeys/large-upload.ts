import { Readable } from 'node:stream';

import { request, type Dispatcher } from 'undici';

const MEBIBYTE = 1024 ** 2;

async function* form(content: Iterable<Buffer>): AsyncGenerator<Buffer> {
  yield Buffer.from('--b\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nbatch\r\n');
  yield Buffer.from('--b\r\ncontent-disposition: form-data; name="file"; filename="in.jsonl"\r\n\r\n');
  yield* content;
  yield Buffer.from('\r\n--b--\r\n');
}

/** So many bytes of nothing in particular, in pieces that are not held. */
export function* filler(bytes: number): Iterable<Buffer> {
  const piece = Buffer.alloc(MEBIBYTE, 'x');
  for (let left = bytes; left > 0; left -= MEBIBYTE) yield piece.subarray(0, Math.min(left, MEBIBYTE));
}

/** Uploads what may be larger than a test should hold, as the input of a batch. */
export function uploadLarge(url: string, key: string, content: Iterable<Buffer>): Promise<Dispatcher.ResponseData> {
  return request(`${url}/v1/files`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'multipart/form-data; boundary=b' },
    body: Readable.from(form(content)),
  });
}
