import multipart from '@fastify/multipart';
import { UnsupportedMediaTypeException } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { readSettings, type HttpSettings } from '#libs/config';
import { allowOrigins } from './cross-origin.js';
import { answerBrokenHttp } from './answer-broken-http.js';
import { boundConnections } from './bound-connections.js';
import { dialectOfPath } from './dialect-of-path.js';
import { callerErrorOf } from './http-error.filter.js';
import { HttpLimit } from './http-limits.js';
import { streamLargeBodies } from './stream-large-bodies.js';
import { requirePlainRequests } from './plain-requests.js';
import { newRequestId } from './request-id.js';

const MOST_FORM_FIELDS = 10;
const MOST_FORM_FIELD_BYTES = 4_096;
/** How often it is looked whether headers and bodies come in time. */
const CHECKING_MILLISECONDS = 5_000;
const DEFAULTS: HttpSettings = readSettings({}).http;

/** The adapter for Nest, and how to stop taking connections while those that are open finish. */
export interface HttpEdge {
  adapter: FastifyAdapter;
  readonly stopAccepting: () => void;
}

/**
 * The HTTP server with every limit set. JSON bodies stay bytes, since most of them go on as they came; a request id is given
 * to every request and named in every response, and none is taken from outside.
 */
export async function createHttpAdapter(
  trustedProxies: readonly string[] = [],
  settings: HttpSettings = DEFAULTS,
): Promise<HttpEdge> {
  const adapter = new FastifyAdapter({
    bodyLimit: HttpLimit.bodyBytes,
    // Without a proxy that is trusted, `x-forwarded-for` is a caller's own claim and no address of a request.
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    connectionTimeout: 0,
    requestTimeout: settings.requestMilliseconds,
    clientErrorHandler: answerBrokenHttp,
    keepAliveTimeout: HttpLimit.keepAliveMilliseconds,
    forceCloseConnections: 'idle',
    genReqId: newRequestId,
    requestIdHeader: false,
    routerOptions: { maxParamLength: 500 },
    frameworkErrors: answerUnroutable,
    http: {
      maxHeaderSize: HttpLimit.headerBytes,
      headersTimeout: settings.headersMilliseconds,
      connectionsCheckingInterval: Math.min(CHECKING_MILLISECONDS, settings.headersMilliseconds),
    },
  });
  const fastify = adapter.getInstance<FastifyInstance>();
  fastify.server.maxConnections = settings.connections;
  boundConnections(fastify.server, { ...settings, trustedProxies });
  requirePlainRequests(fastify);
  allowOrigins(fastify, settings.corsOrigins);
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  fastify.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'buffer' }, (request, body, done) =>
    request.routeOptions.url?.startsWith('/auth/') ? done(null, body) : done(new UnsupportedMediaTypeException()),
  );
  streamLargeBodies(fastify);
  let isStopping = false;
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    if (isStopping) reply.raw.shouldKeepAlive = false;
    if (NUL_IN_ADDRESS.test(request.raw.url ?? '')) refuseNul(request, reply);
    else done();
  });
  await fastify.register(multipart, {
    limits: { files: 1, fields: MOST_FORM_FIELDS, fieldSize: MOST_FORM_FIELD_BYTES, fileSize: HttpLimit.fileBytes + 1 },
    throwFileSizeLimit: false,
  });
  const stopAccepting = () => {
    isStopping = true;
    fastify.server.close();
    fastify.server.closeIdleConnections();
  };
  return { adapter, stopAccepting };
}

/** Nothing has a NUL in its name or is to be found by one, and Postgres takes none. */
const NUL_IN_ADDRESS = /%00/;

function refuseNul(request: FastifyRequest, reply: FastifyReply): void {
  const message = 'The address has a NUL character (%00) in it, which no id and no parameter may have.';
  const told = { status: 400, code: 'invalid_address', message, param: null };
  void reply.status(400).type('application/json').send(dialectOfPath(request).encodeError(told));
}

/** Answers a request that Fastify could not even find a route for, such as one with a broken path. */
function answerUnroutable(error: Error, request: FastifyRequest, reply: FastifyReply): void {
  const told = callerErrorOf(error, request);
  const answer = reply
    .status(told.status)
    .header('x-request-id', request.id)
    .header('x-content-type-options', 'nosniff')
    .type('application/json');
  void answer.send(dialectOfPath(request).encodeError(told));
}
