import ipaddr from 'ipaddr.js';
import { Agent, type Dispatcher } from 'undici';
import { AddressGuard } from './address-guard.js';
import { guardedConnector, resolveBySystem, type ResolveHost } from './guarded-connector.js';
import { OutboundError } from './outbound.error.js';
import { readExcerpt } from './read-excerpt.js';
import { requireFetchable } from './require-fetchable.js';

/** The limits of a sender; what is left out takes the documented default. */
export interface GuardedSenderOptions {
  /** CIDRs that may be called, at any port and without TLS, although they are not public. Default: none. */
  readonly allow?: readonly string[];
  /** Ports at public addresses, which are called by TLS only. Default: 443 and 8443. */
  readonly ports?: readonly number[];
  /** From the first look at the name to the end of what is read of the answer. Default: 20 s. */
  readonly timeoutMilliseconds?: number;
  /** How much of an answer is read. Default: 2 KiB. */
  readonly mostExcerptBytes?: number;
  /** Default: what the operating system says. */
  readonly resolve?: ResolveHost;
}

/** One message. `signal` ends the sending with the signal's own reason. */
export interface OutgoingMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
}

/** What a receiver answered. `excerpt` is the beginning of its body as text. */
export interface SentAnswer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly excerpt: string;
}

const TLS_PORTS = [443, 8_443];
const TIMEOUT_MILLISECONDS = 20_000;
const MOST_EXCERPT_BYTES = 2_048;
const KEEP_ALIVE_MILLISECONDS = 4_000;
const MOST_HEADER_BYTES = 16 * 1024;

/**
 * Sends messages to URLs that strangers wrote: by POST, to public addresses only and there by TLS only, checked when the connection
 * is made. A redirect is an answer as any other and never followed. Throws `OutboundError` where nothing was answered in time.
 */
export class GuardedSender {
  private readonly agents: Readonly<Record<'https:' | 'http:', Agent>>;
  private readonly guards: Readonly<Record<'https:' | 'http:', AddressGuard>>;
  private readonly timeoutMilliseconds: number;
  private readonly mostExcerptBytes: number;

  /** @throws Error for something in `allow` that is no CIDR. */
  constructor({ allow = [], ports = TLS_PORTS, ...options }: GuardedSenderOptions = {}) {
    this.timeoutMilliseconds = options.timeoutMilliseconds ?? TIMEOUT_MILLISECONDS;
    this.mostExcerptBytes = options.mostExcerptBytes ?? MOST_EXCERPT_BYTES;
    this.guards = { 'https:': new AddressGuard(allow, ports), 'http:': new AddressGuard(allow, []) };
    const agentFor = (guard: AddressGuard): Agent =>
      new Agent({
        connect: guardedConnector({
          guard,
          resolve: options.resolve ?? resolveBySystem,
          timeoutMilliseconds: this.timeoutMilliseconds,
        }),
        keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
        maxHeaderSize: MOST_HEADER_BYTES,
        headersTimeout: this.timeoutMilliseconds,
        bodyTimeout: this.timeoutMilliseconds,
      });
    this.agents = { 'https:': agentFor(this.guards['https:']), 'http:': agentFor(this.guards['http:']) };
  }

  /** Refuses early what would be refused when it is sent: the form of the URL, and an address or port that is written in it. */
  check(url: URL): void {
    requireFetchable(url);
    const guard = this.guardOf(url);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
    if (guard.ports.length === 0 && !guard.hasAllowed) throw withoutTls(url);
    if (ipaddr.isValid(host) && !guard.permits(host, port))
      throw url.protocol === 'http:' ? withoutTls(url) : refusedAddress(url);
    if (!guard.hasAllowed && !guard.ports.includes(port)) throw refusedPort(url, port, guard.ports);
  }

  async post(url: URL, { headers, body, signal }: OutgoingMessage): Promise<SentAnswer> {
    const timeout = AbortSignal.timeout(this.timeoutMilliseconds);
    try {
      requireFetchable(url);
      const response = await this.agents[protocolOf(url)].request({
        origin: url.origin,
        path: url.pathname + url.search,
        method: 'POST',
        headers: { ...headers, 'accept-encoding': 'identity' },
        body,
        signal: AbortSignal.any([signal, timeout]),
      });
      return {
        status: response.statusCode,
        retryAfter: single(response.headers['retry-after']),
        excerpt: await readExcerpt(response.body, this.mostExcerptBytes),
      };
    } catch (error) {
      throw this.told(error, url, { signal, timeout });
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.agents['https:'].destroy(), this.agents['http:'].destroy()]);
  }

  private guardOf(url: URL): AddressGuard {
    return this.guards[protocolOf(url)];
  }

  private told(error: unknown, url: URL, { signal, timeout }: Record<'signal' | 'timeout', AbortSignal>): unknown {
    if (signal.aborted) return signal.reason;
    if (error instanceof OutboundError)
      return error.problem === 'address_refused' && url.protocol === 'http:' ? withoutTls(url) : error;
    if (timeout.aborted) {
      const seconds = this.timeoutMilliseconds / 1_000;
      return new OutboundError('timed_out', `${url.host} did not answer within ${seconds} s`, { cause: error });
    }
    return new OutboundError('unreachable', `${url.host} could not be reached${codeOf(error)}`, { cause: error });
  }
}

function protocolOf(url: URL): 'https:' | 'http:' {
  return url.protocol === 'http:' ? 'http:' : 'https:';
}

function withoutTls(url: URL): OutboundError {
  return new OutboundError(
    'address_refused',
    `${url.host} is to be called without TLS, which only networks that the operator names may be; use https://`,
  );
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

function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? ` (${code})` : '';
}

function single(value: Dispatcher.ResponseData['headers'][string]): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
