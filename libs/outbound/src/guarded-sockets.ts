import type { LookupAddress } from 'node:dns';
import { connect as connectPlain, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { AddressGuard } from './address-guard.js';
import { resolveBySystem, type ResolveHost } from './guarded-connector.js';
import { OutboundError } from './outbound.error.js';

/** Where a socket shall go. `ca` is a certificate in PEM that is trusted in place of the usual ones. */
export interface SocketAddress {
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
  readonly ca?: string | undefined;
}

/** The limits of sockets; what is left out takes the documented default. */
export interface GuardedSocketsOptions {
  /** CIDRs that may be called, at any port and without TLS, although they are not public. Default: none. */
  readonly allow?: readonly string[];
  /** Ports at public addresses, which are called by TLS only. */
  readonly ports: readonly number[];
  /** Until the connection stands. Default: 10 s. */
  readonly timeoutMilliseconds?: number;
  /** Default: what the operating system says. */
  readonly resolve?: ResolveHost;
}

const TIMEOUT_MILLISECONDS = 10_000;

/**
 * Opens sockets of protocols other than HTTP, to public addresses only and there by TLS only, unless a network is allowed. The
 * socket goes to the very address that was checked. Throws `OutboundError` where it may not, or does not stand in time.
 */
export class GuardedSockets {
  private readonly guards: Readonly<Record<'tls' | 'plain', AddressGuard>>;

  /** @throws Error for something in `allow` that is no CIDR. */
  constructor(private readonly options: GuardedSocketsOptions) {
    const { allow = [], ports } = options;
    this.guards = { tls: new AddressGuard(allow, ports), plain: new AddressGuard(allow, []) };
  }

  async open(address: SocketAddress): Promise<Socket> {
    const lookup = this.lookupFor(address);
    const { host, port, isTls, ca } = address;
    if (isIP(host) !== 0 && !this.guardOf(address).permits(host, port)) throw refusal(address);
    const to = { host, port, lookup, autoSelectFamily: true };
    const trust = ca === undefined ? {} : { ca };
    const name = isIP(host) === 0 ? { servername: host } : {};
    const socket = isTls ? connectTls({ ...to, ...trust, ...name }) : connectPlain(to);
    return standing(socket, isTls ? 'secureConnect' : 'connect', {
      host,
      timeoutMilliseconds: this.options.timeoutMilliseconds ?? TIMEOUT_MILLISECONDS,
    });
  }

  private guardOf({ isTls }: SocketAddress): AddressGuard {
    return this.guards[isTls ? 'tls' : 'plain'];
  }

  private lookupFor(address: SocketAddress): LookupFunction {
    const permitted = (found: readonly LookupAddress[]): LookupAddress[] => {
      const kept = found.filter((one) => this.guardOf(address).permits(one.address, address.port));
      if (kept.length === 0) throw refusal(address);
      return kept;
    };
    return (name, _options, found) => {
      (this.options.resolve ?? resolveBySystem)(name)
        .then(permitted)
        .then(
          (addresses) => found(null, addresses),
          (error: Error) => found(error, []),
        );
    };
  }
}

function standing(
  socket: Socket,
  event: 'secureConnect' | 'connect',
  { host, timeoutMilliseconds }: { host: string; timeoutMilliseconds: number },
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new OutboundError('timed_out', `${host} did not answer within ${timeoutMilliseconds / 1_000} s`));
    }, timeoutMilliseconds);
    const failed = (error: Error): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(
        error instanceof OutboundError
          ? error
          : new OutboundError('unreachable', `${host} could not be reached: ${error.message}`, { cause: error }),
      );
    };
    socket.once('error', failed);
    socket.once(event, () => {
      clearTimeout(timer);
      socket.off('error', failed);
      resolve(socket);
    });
  });
}

function refusal({ host, port, isTls }: SocketAddress): OutboundError {
  const how = isTls
    ? 'is not at a public address, or the port is not one that may be called'
    : 'is to be called without TLS';
  return new OutboundError('address_refused', `${host}:${port} ${how}; only networks that the operator names may be`);
}
