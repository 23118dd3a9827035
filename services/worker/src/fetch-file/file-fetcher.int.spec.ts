import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DialectError } from '#libs/dialects';
import { Settings } from '#libs/runtime';
import { FileFetcher } from './file-fetcher.js';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const MEBIBYTE = 1024 ** 2;

const FILES: Readonly<Record<string, Buffer>> = {
  '/image.png': PNG,
  '/page.png': Buffer.from('<!doctype html><html><body>not found</body></html>'),
  '/huge.png': Buffer.concat([PNG, Buffer.alloc(20 * MEBIBYTE)]),
  '/report.pdf': Buffer.from('%PDF-1.7\n%%EOF'),
};

let server: Server;
let files: FileFetcher;

beforeAll(async () => {
  server = createServer((request, response) => {
    const file = FILES[request.url ?? ''];
    if (file) response.writeHead(200, { 'content-type': 'image/png' }).end(file);
    else response.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  files = new FileFetcher(
    Settings.read({
      NATS_URL: 'nats://127.0.0.1:4222',
      SWITCHYARD_SECRET_KEY: Buffer.from('32 bytes, as jumpy foxes quit: v').toString('base64'),
      SWITCHYARD_FETCH_ALLOW: '127.0.0.1/32',
    }),
  );
});
afterAll(async () => {
  await files.onApplicationShutdown();
  server.closeAllConnections();
  server.close();
});

const fetched = (path: string, mediaType: string) => {
  const { port } = server.address() as AddressInfo;
  return files.fetch(new URL(path, `http://127.0.0.1:${port}`), { signal: new AbortController().signal, mediaType });
};

async function refusalOf(fetching: Promise<unknown>): Promise<DialectError> {
  const error: unknown = await fetching.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof DialectError)) throw error;
  return error;
}

describe('the file fetcher', () => {
  it('gets images and documents with their true types', async () => {
    expect(await fetched('/image.png', 'image/*')).toEqual({ bytes: PNG, mediaType: 'image/png' });
    expect((await fetched('/report.pdf', 'application/pdf')).mediaType).toBe('application/pdf');
  });

  for (const [what, path, mediaType, code] of [
    ['a page that is called an image', '/page.png', 'image/*', 'not_an_image'],
    ['an image that is too large', '/huge.png', 'image/*', 'image_too_large'],
    ['an image that is not there', '/gone.png', 'image/*', 'unreachable_file'],
    ['an image at a private address', 'http://10.0.0.1/image.png', 'image/*', 'invalid_image_url'],
    ['an image on this machine by another of its addresses', 'http://127.0.0.2/', 'image/png', 'invalid_image_url'],
    ['a document at an address of no host', 'http://[ff02::1]/a.pdf', 'application/pdf', 'invalid_file_url'],
    ['a document that is an image', '/image.png', 'application/pdf', 'unsupported_file'],
  ] as const) {
    it(`refuses ${what} with status 400, ${code} and the remedy`, async () => {
      const refusal = await refusalOf(fetched(path, mediaType));
      expect(refusal).toMatchObject({ status: 400, code });
      expect(refusal.message).toMatch(/Send the (image|file) as base64\.$/);
    });
  }
});
