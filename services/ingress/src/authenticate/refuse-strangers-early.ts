import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { Authentication } from './authentication.js';

const WITH_BODY = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/**
 * Refuses requests without a valid key before their body is read: guards run after that, and bodies of strangers would fill the
 * memory. The guard of the routes remains what decides.
 */
export function refuseStrangersEarly(adapter: FastifyAdapter, authentication: Authentication): void {
  adapter.getInstance<FastifyInstance>().addHook('onRequest', (request, _reply, done) => {
    try {
      if (WITH_BODY.has(request.method) && !request.is404) authentication.callerOf(request);
      done();
    } catch (error) {
      done(error as Error);
    }
  });
}
