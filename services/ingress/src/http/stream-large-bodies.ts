import type { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { DialectError } from '#libs/dialects';

/** Addresses whose JSON is too large to be held: their handlers get the body as a stream, and see to its limits. */
const STREAMED: ReadonlySet<string | undefined> = new Set(['/v1/messages/batches', '/api/beta/batches']);

/** Stands in for `application/json` on the way to the parser that leaves the body as it is. */
const STREAM_TYPE = 'application/x-json-stream';

/** Has the bodies of these addresses passed on as streams. */
export function streamLargeBodies(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    const { headers } = request.raw;
    const isJson = /^application\/json\b/i.test(headers['content-type'] ?? '');
    // Nobody else may ask for the parser below.
    if (headers['content-type']?.startsWith(STREAM_TYPE)) headers['content-type'] = 'application/octet-stream';
    if (isJson && request.method === 'POST' && STREAMED.has(request.routeOptions.url))
      headers['content-type'] = STREAM_TYPE;
    done();
  });
  fastify.addContentTypeParser(STREAM_TYPE, (_request, body, done) => done(null, body));
}

/**
 * The pieces of a body that was passed on as a stream. Whoever stops reading it leaves the connection open, so that the sender
 * can be told why. @throws DialectError 400 without a body, 413 beyond `maxBytes`.
 */
export async function* piecesOf(body: unknown, maxBytes: number): AsyncGenerator<Uint8Array> {
  if (!isStream(body)) {
    throw new DialectError(400, 'missing_body', 'The request has no body; send its parameters as application/json.');
  }
  let bytes = 0;
  for await (const piece of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += piece.byteLength;
    if (bytes > maxBytes)
      throw new DialectError(
        413,
        'request_too_large',
        `The body has more than ${maxBytes} bytes; send several batches.`,
      );
    yield piece;
  }
}

function isStream(body: unknown): body is Readable {
  return typeof body === 'object' && body !== null && 'iterator' in body;
}
