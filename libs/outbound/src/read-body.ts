import type { Dispatcher } from 'undici';
import { OutboundError } from './outbound.error.js';

/** Tells the media type of a body by its first bytes and the Content-Type it came with; undefined for one that is not wanted. */
export type Recognise = (head: Uint8Array, contentType: string | undefined) => string | undefined;

/** What was fetched, and the type that its bytes show. */
export interface FetchedBody {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
}

/** `host` is for messages. */
export interface BodyLimits {
  readonly host: string;
  readonly mostBytes: number;
  readonly recognise: Recognise;
}

/** Enough for every signature that is looked for. */
const HEAD_BYTES = 16;

/** Reads a body to its end, and no further than is known to be in vain: its type shows in its first bytes. */
export async function readBody(response: Dispatcher.ResponseData, limits: BodyLimits): Promise<FetchedBody> {
  const { body } = response;
  // What is left of a body that is given up ends in an error that nobody waits for.
  body.on('error', () => undefined);
  try {
    requireReadable(response, limits);
    const contentType = single(response.headers['content-type']);
    const parts: Buffer[] = [];
    let size = 0;
    let mediaType: string | undefined;
    for await (const part of body as AsyncIterable<Buffer>) {
      parts.push(part);
      size += part.length;
      if (size > limits.mostBytes) throw tooLarge(limits);
      if (size >= HEAD_BYTES) mediaType ??= recognised(parts, contentType, limits);
    }
    mediaType ??= recognised(parts, contentType, limits);
    return { bytes: Buffer.concat(parts, size), mediaType };
  } finally {
    body.destroy();
  }
}

function requireReadable({ statusCode, headers }: Dispatcher.ResponseData, limits: BodyLimits): void {
  const { host, mostBytes } = limits;
  if (statusCode !== 200) throw new OutboundError('unreachable', `${host} answered with status ${statusCode}`);
  const encoding = single(headers['content-encoding']);
  // Nobody asked for it, and once inflated it could be of any size.
  if (encoding !== undefined && encoding !== 'identity')
    throw new OutboundError('wrong_type', `${host} sent a compressed body (${encoding.slice(0, 20)})`);
  if (Number(single(headers['content-length']) ?? 0) > mostBytes) throw tooLarge(limits);
}

function recognised(parts: readonly Buffer[], contentType: string | undefined, limits: BodyLimits): string {
  const head = Buffer.concat(parts);
  const mediaType = limits.recognise(head, contentType);
  if (mediaType === undefined) throw new OutboundError('wrong_type', `${limits.host} sent something of another type`);
  return mediaType;
}

function tooLarge({ host, mostBytes }: BodyLimits): OutboundError {
  return new OutboundError('too_large', `the file at ${host} is larger than ${Math.floor(mostBytes / 1024 ** 2)} MiB`);
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
