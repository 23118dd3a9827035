import type { LookupAddress } from 'node:dns';
import { lookup as lookUp } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import type { AddressGuard } from './address-guard.js';
import { OutboundError } from './outbound.error.js';

/** Gives every address of a host name, in the order they are to be tried. */
export type ResolveHost = (host: string) => Promise<readonly LookupAddress[]>;

/** What the operating system says of a name. */
export const resolveBySystem: ResolveHost = (host) => lookUp(host, { all: true });

/** What a guarded connector decides by. */
export interface ConnectorSurroundings {
  readonly guard: AddressGuard;
  readonly resolve: ResolveHost;
  readonly timeoutMilliseconds: number;
}

/**
 * A connector for undici that opens sockets to permitted addresses only. A name is resolved here, once for each connection, and
 * the socket goes to the very addresses that were checked: a name that answers differently the next time gains nothing.
 */
export function guardedConnector({
  guard,
  resolve,
  timeoutMilliseconds,
}: ConnectorSurroundings): buildConnector.connector {
  return (options, callback) => {
    const port = Number(options.port || (options.protocol === 'https:' ? 443 : 80));
    const host = options.hostname.replace(/^\[|\]$/g, '');
    const permitted = (addresses: readonly LookupAddress[]): LookupAddress[] => {
      const kept = addresses.filter(({ address }) => guard.permits(address, port));
      if (kept.length === 0) throw refusal(host, port, guard.ports);
      return kept;
    };
    try {
      // Sockets look up names only: an address in the URL comes past here or nowhere.
      if (isIP(host) !== 0) permitted([{ address: host, family: isIP(host) }]);
    } catch (error) {
      callback(error as Error, null);
      return;
    }
    const lookup: LookupFunction = (name, _options, found) => {
      resolve(name)
        .then(permitted)
        .then(
          (addresses) => found(null, addresses),
          (error: Error) => found(error, []),
        );
    };
    const connect = buildConnector({
      allowH2: false,
      timeout: timeoutMilliseconds,
      lookup,
      autoSelectFamily: true,
      maxCachedSessions: 0,
    });
    connect(options, callback);
  };
}

/** A port that is none of the web's is refused for itself: nothing is told then of where a name leads to. */
function refusal(host: string, port: number, ports: readonly number[]): OutboundError {
  return new OutboundError(
    'address_refused',
    ports.includes(port)
      ? `${host} is not at a public address`
      : `port ${port} of ${host} is not allowed, only ${ports.join(' and ')} are`,
  );
}
