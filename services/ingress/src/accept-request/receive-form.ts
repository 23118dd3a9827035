import { BadRequestException, PayloadTooLargeException } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { HttpLimit } from '../http/http-limits.js';

/**
 * The bytes of a multipart form as they came, for requests that go on as they came; of any other body what the server made of
 * it. The server itself leaves forms unread. Throws an HttpException 413 for a form above the limit of bodies, and 400 for one
 * whose sender left.
 */
export async function receiveForm(request: FastifyRequest): Promise<unknown> {
  if (!request.isMultipart()) return request.body;
  if (Number(request.headers['content-length'] ?? 0) > HttpLimit.bodyBytes) throw new PayloadTooLargeException();
  const pieces: Buffer[] = [];
  let bytes = 0;
  // The stream stays open behind an early end: whoever answers then still reads out what comes.
  const incoming = request.raw.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  try {
    for await (const piece of incoming) {
      bytes += piece.length;
      if (bytes > HttpLimit.bodyBytes) break;
      pieces.push(piece);
    }
  } catch (error) {
    throw new BadRequestException('the form broke off', { cause: error });
  }
  if (bytes > HttpLimit.bodyBytes) throw new PayloadTooLargeException();
  return Buffer.concat(pieces);
}
