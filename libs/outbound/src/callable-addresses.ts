import ipaddr from 'ipaddr.js';
import type { buildConnector } from 'undici';
import { AddressGuard } from './address-guard.js';
import { guardedConnector, resolveBySystem, type ResolveHost } from './guarded-connector.js';
import { OutboundError } from './outbound.error.js';
import { requireFetchable } from './require-fetchable.js';

/** Which addresses may be called; what is left out takes the documented default. */
export interface CallableAddressesOptions {
  /** CIDRs that may be called, at any port and without TLS, although they are not public. Default: none. */
  readonly allow?: readonly string[];
  /** Ports at public addresses, which are called by TLS only. Default: 443 and 8443. */
  readonly ports?: readonly number[];
  /** Default: what the operating system says. */
  readonly resolve?: ResolveHost;
}

const TLS_PORTS = [443, 8_443];

/**
 * What may be called of URLs that are written by others than the operator: public addresses, by TLS only, and networks that the
 * operator names. `check` looks at what is written in a URL, the connector at every address that a name leads to.
 */
export class CallableAddresses {
  private readonly guards: Readonly<Record<'https:' | 'http:', AddressGuard>>;
  private readonly resolve: ResolveHost;

  /** @throws Error for something in `allow` that is no CIDR. */
  constructor({ allow = [], ports = TLS_PORTS, resolve = resolveBySystem }: CallableAddressesOptions = {}) {
    this.guards = { 'https:': new AddressGuard(allow, ports), 'http:': new AddressGuard(allow, []) };
    this.resolve = resolve;
  }

  /** Refuses early what would be refused when it is called: the form of the URL, and an address or port that is written in it. @throws OutboundError */
  check(url: URL): void {
    requireFetchable(url);
    const guard = this.guards[protocolOf(url.protocol)];
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
    if (guard.ports.length === 0 && !guard.hasAllowed) throw withoutTls(url);
    if (ipaddr.isValid(host) && !guard.permits(host, port))
      throw url.protocol === 'http:' ? withoutTls(url) : refusedAddress(url);
    if (!guard.hasAllowed && !guard.ports.includes(port)) throw refusedPort(url, port, guard.ports);
  }

  /** Opens connections to permitted addresses only, for an agent of undici. */
  connector(timeoutMilliseconds: number): buildConnector.connector {
    const connectorFor = (guard: AddressGuard) =>
      guardedConnector({ guard, resolve: this.resolve, timeoutMilliseconds });
    const connectors = { 'https:': connectorFor(this.guards['https:']), 'http:': connectorFor(this.guards['http:']) };
    return (options, callback) => connectors[protocolOf(options.protocol)](options, callback);
  }
}

/** Says of a URL without TLS that it is to have it, whatever else is wrong with its address. */
export function withoutTls(url: URL): OutboundError {
  return new OutboundError(
    'address_refused',
    `${url.host} is to be called without TLS, which only networks that the operator names may be; use https://`,
  );
}

function protocolOf(protocol: string): 'https:' | 'http:' {
  return protocol === 'http:' ? 'http:' : 'https:';
}

function refusedAddress(url: URL): OutboundError {
  return new OutboundError('address_refused', `${url.host} is not at a public address`);
}

function refusedPort(url: URL, port: number, ports: readonly number[]): OutboundError {
  return new OutboundError(
    'address_refused',
    `port ${port} of ${url.hostname} is not allowed, only ${ports.join(' and ')} are`,
  );
}
