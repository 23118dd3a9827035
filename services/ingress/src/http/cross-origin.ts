import type { FastifyInstance, FastifyReply } from 'fastify';

const ALLOWED_METHODS = 'GET, POST, PUT, PATCH, DELETE';
const ALLOWED_HEADERS =
  'authorization, content-type, x-api-key, anthropic-version, anthropic-beta, idempotency-key, if-match, prefer';
const READABLE_HEADERS =
  'x-request-id, retry-after, etag, x-switchyard-cost-usd, x-switchyard-attempts, x-switchyard-provider, x-switchyard-model, x-switchyard-cache';
const PREFLIGHT_SECONDS = 600;
const NO_CONTENT = 204;

/**
 * Lets pages of these origins, and of no others, read answers and send headers. Never `null`, which pages of nobody have, never all, and
 * never with cookies: a page shows who it is by a key, and sessions are for our own pages.
 */
export function allowOrigins(fastify: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return;
  const allowed = new Set(origins);
  fastify.addHook('onRequest', (request, reply, done) => {
    const { origin, 'access-control-request-method': asked } = request.headers;
    // On the response itself: streams are written past Fastify.
    reply.raw.setHeader('vary', 'origin');
    if (origin === undefined || !allowed.has(origin)) return done();
    reply.raw.setHeader('access-control-allow-origin', origin);
    reply.raw.setHeader('access-control-expose-headers', READABLE_HEADERS);
    if (request.method !== 'OPTIONS' || asked === undefined) return done();
    void answerPreflight(reply);
  });
}

function answerPreflight(reply: FastifyReply): FastifyReply {
  return reply
    .status(NO_CONTENT)
    .headers({
      'access-control-allow-methods': ALLOWED_METHODS,
      'access-control-allow-headers': ALLOWED_HEADERS,
      'access-control-max-age': String(PREFLIGHT_SECONDS),
    })
    .send();
}
