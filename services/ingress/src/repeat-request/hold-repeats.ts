import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Authentication } from '../authenticate/authentication.js';
import type { IdempotentRequests } from './idempotent-requests.js';

/** Requests of these take care themselves: calls of models once their body is whole, and what Postgres keeps. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  '/v1/chat/completions',
  '/v1/completions',
  '/v1/responses',
  '/v1/messages',
  '/v1/messages/count_tokens',
  '/v1/embeddings',
  '/v1/moderations',
  '/v1/images/generations',
  '/v1/images/edits',
  '/v1/images/variations',
  '/v1/audio/speech',
  '/v1/audio/transcriptions',
  '/v1/audio/translations',
  '/v1/rerank',
  '/v2/rerank',
  '/v1/batches',
  '/v1/messages/batches',
  '/v1/files',
  '/api/beta/batches',
]);

/** What people sign in with is not kept, and no two sessions are the same. */
const NEVER = '/auth/';

/**
 * Honours idempotency keys on every other POST: an address that is added is covered without knowing. A request without the header
 * passes at the cost of one look. What is wrong with its caller is left for the guard to say.
 */
export function holdRepeats(
  adapter: FastifyAdapter,
  authentication: Authentication,
  requests: IdempotentRequests,
): void {
  const begin = async (request: FastifyRequest, reply: FastifyReply): Promise<boolean> => {
    const caller = authentication.callerOf(request);
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    return requests.begin({ request, caller, reply, body });
  };
  adapter.getInstance<FastifyInstance>().addHook('preHandler', async (request, reply) => {
    const { method, headers, routeOptions, is404 } = request;
    if (headers['idempotency-key'] === undefined || method !== 'POST' || is404) return undefined;
    const { url = '' } = routeOptions;
    if (ELSEWHERE.has(url) || url.startsWith(NEVER)) return undefined;
    return (await begin(request, reply)) ? undefined : reply;
  });
}
