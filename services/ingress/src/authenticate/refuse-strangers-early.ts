import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { CallerKeyGuard } from './caller-key.guard.js';

/**
 * Refuses requests without a valid key before their body is read: guards run after that, and bodies of strangers would fill the
 * memory. The guards of the routes remain what decides.
 */
export function refuseStrangersEarly(adapter: FastifyAdapter, guard: CallerKeyGuard): void {
  adapter.getInstance<FastifyInstance>().addHook('onRequest', (request, _reply, done) => {
    const hasBody = request.method === 'POST' && /^\/(admin\/)?v[12]\//.test(request.url);
    try {
      if (hasBody) guard.authenticate(request);
      done();
    } catch (error) {
      done(error as Error);
    }
  });
}
