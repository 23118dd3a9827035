import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { DialectError } from '#libs/dialects';

/** Of headers that say how a message is framed, whose it is or where it goes, a second one has one reading too many. */
const SINGLE = new Set(['host', 'authorization', 'x-api-key', 'content-length', 'transfer-encoding', 'content-type']);

/**
 * Refuses requests that two servers in a row could read in two ways, before anything looks at them: an address with a host in it, no or
 * several hosts, and several of the headers that decide. Node itself takes these. On every response it puts what keeps browsers from
 * guessing at types.
 */
export function requirePlainRequests(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    // On the response itself: streams are written past Fastify.
    reply.raw.setHeader('x-content-type-options', 'nosniff');
    const reason = reasonAgainst(request.raw);
    if (reason === undefined) done();
    else done(new DialectError(400, 'bad_request', `${reason}; send the request in its plain form.`));
  });
}

function reasonAgainst({ url = '', rawHeaders, httpVersion }: IncomingMessage): string | undefined {
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return 'The version of HTTP is not 1.1';
  if (!url.startsWith('/')) return 'The address of the request is not a path';
  if (url.includes('#')) return 'The address of the request has a fragment';
  let hosts = 0;
  const seen = new Set<string>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? '';
    if (!SINGLE.has(name)) continue;
    if (seen.has(name)) return `The header '${name}' stands there twice`;
    seen.add(name);
    if (name === 'host') hosts += 1;
  }
  return hosts === 0 && httpVersion === '1.1' ? "The header 'host' is missing" : undefined;
}
