import ipaddr from 'ipaddr.js';
import type { FastifyRequest } from 'fastify';
import type { KeyEntry } from '#libs/contracts';
import { DialectError } from '#libs/dialects';

/** What of a request a key may be bound to. */
export type BoundRequest = Pick<FastifyRequest, 'ip'> & {
  readonly routeOptions: { readonly url?: string | undefined };
};

/** Refuses a request that its key is not for. @throws DialectError 401 for an expired key, 403 for another place or address */
export type KeyRestrictions = (request: BoundRequest, now: number) => void;

/** What a key's entry demands of requests besides its scopes; undefined where it demands nothing. */
export function restrictionsOf({ expiresAt, ipRanges, endpoints }: KeyEntry): KeyRestrictions | undefined {
  if (expiresAt === undefined && !ipRanges && !endpoints) return undefined;
  const networks = ipRanges?.map((range) => ipaddr.parseCIDR(range));
  const paths = endpoints?.map((endpoint) => endpoint.replace(/\*$/, ''));
  return ({ ip, routeOptions: { url = '' } }, now) => {
    if (expiresAt !== undefined && now >= expiresAt)
      throw new DialectError(401, 'expired_api_key', 'The API key has expired; ask for a new one.');
    if (networks && !isWithin(ip, networks))
      throw new DialectError(403, 'ip_not_allowed', 'The API key may not be used from your address.');
    if (endpoints && !endpoints.some((endpoint, index) => matches(url, endpoint, paths?.[index] ?? endpoint)))
      throw new DialectError(403, 'endpoint_not_allowed', 'The API key may not be used for this address.');
  };
}

/** `/v1/files` is that route alone, `/v1/files*` whatever begins so. */
function matches(url: string, endpoint: string, path: string): boolean {
  return endpoint === path ? url === endpoint : url.startsWith(path);
}

function isWithin(ip: string, networks: readonly [ipaddr.IPv4 | ipaddr.IPv6, number][]): boolean {
  if (!ipaddr.isValid(ip)) return false;
  const address = ipaddr.process(ip);
  return networks.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits));
}
