import ipaddr from 'ipaddr.js';

/** What is handed out to hosts in IPv6; all else is reserved, or wraps an address of another kind. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/** Public by its number, yet inside: Azure answers its guests there about themselves. */
const INSIDE_OF_CLOUDS: ReadonlySet<string> = new Set(['168.63.129.16']);

/**
 * Whether an address in its usual notation is one that the public internet routes to one host. False for loopback, private,
 * link-local, shared, benchmarking, documentation, multicast and reserved ranges, and for every IPv6 address that carries an
 * IPv4 one in it (mapped, compatible, translated, 6to4, Teredo, NAT64): its route ends where the inner address says.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address) || INSIDE_OF_CLOUDS.has(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast') return false;
  return parsed.kind() === 'ipv4' || parsed.match(GLOBAL_UNICAST);
}
