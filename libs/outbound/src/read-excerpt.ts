import type { Dispatcher } from 'undici';

/** The first bytes of a body as text, and nothing of the rest: the connection is given up where there is more. */
export async function readExcerpt(body: Dispatcher.ResponseData['body'], mostBytes: number): Promise<string> {
  // What is left of a body that is given up ends in an error that nobody waits for.
  body.on('error', () => undefined);
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body as AsyncIterable<Buffer>) {
    parts.push(part);
    size += part.length;
    if (size >= mostBytes) break;
  }
  return Buffer.concat(parts).subarray(0, mostBytes).toString('utf8');
}
