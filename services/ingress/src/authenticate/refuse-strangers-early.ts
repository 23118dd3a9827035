import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { DialectError } from '#libs/dialects';
import type { Authentication } from './authentication.js';

const WITH_BODY = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/** Where strangers send a body: what they are to be known by, and who may be none any more. It is small. */
const FOR_STRANGERS = new Set(['/auth/sign-in', '/auth/invitations/accept', '/auth/sign-out/page']);
const MOST_BYTES_OF_STRANGERS = 16_384;

/**
 * Refuses requests without a valid key or session before their body is read: guards run after that, and bodies of strangers
 * would fill the memory. The guard of the routes remains what decides.
 */
export function refuseStrangersEarly(adapter: FastifyAdapter, authentication: Authentication): void {
  adapter.getInstance<FastifyInstance>().addHook('onRequest', (request, _reply, done) => {
    const check = () => {
      try {
        requireKnown(request, authentication);
        done();
      } catch (error) {
        done(error as Error);
      }
    };
    const prepared = authentication.prepare(request);
    if (prepared) void prepared.then(check);
    else check();
  });
}

function requireKnown(request: FastifyRequest, authentication: Authentication): void {
  if (!WITH_BODY.has(request.method) || request.is404) return;
  if (!FOR_STRANGERS.has(request.routeOptions.url ?? '')) {
    authentication.callerOf(request);
    return;
  }
  const bytes = Number(request.headers['content-length']);
  if (!(bytes <= MOST_BYTES_OF_STRANGERS))
    throw new DialectError(
      413,
      'body_too_large',
      `Send a body of at most ${MOST_BYTES_OF_STRANGERS} bytes, with its length.`,
    );
}
