import { Agent, type Dispatcher } from 'undici';
import { AddressGuard } from './address-guard.js';
import { guardedConnector, resolveBySystem, type ResolveHost } from './guarded-connector.js';
import { OutboundError } from './outbound.error.js';
import { readBody, type FetchedBody, type Recognise } from './read-body.js';
import { requireFetchable } from './require-fetchable.js';

export type { FetchedBody };

/** The limits of a fetcher; what is left out takes the documented default. */
export interface GuardedFetcherOptions {
  /** CIDRs that may be called, at any port, although they are not public. Default: none. */
  readonly allow?: readonly string[];
  /** Ports at public addresses. Default: 80 and 443. */
  readonly ports?: readonly number[];
  /** Default: 20 MiB. */
  readonly mostBytes?: number;
  /** Default: 3. */
  readonly mostRedirects?: number;
  /** From the first look at the name to the last byte, redirects included. Default: 10 s. */
  readonly timeoutMilliseconds?: number;
  /** Default: what the operating system says. */
  readonly resolve?: ResolveHost;
}

/** One fetch. `signal` ends it with the signal's own reason; `recognise` tells the type of what comes. */
export interface FetchOptions {
  readonly signal: AbortSignal;
  /** The types wished for, as an Accept header. */
  readonly accept: string;
  readonly recognise: Recognise;
}

const WEB_PORTS = [80, 443];
const MOST_BYTES = 20 * 1024 ** 2;
const MOST_REDIRECTS = 3;
const TIMEOUT_MILLISECONDS = 10_000;
const KEEP_ALIVE_MILLISECONDS = 4_000;
const MOST_HEADER_BYTES = 16 * 1024;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Fetches URLs that strangers wrote: by GET, without credentials or cookies, from public addresses only, checked when the
 * connection is made and anew for each redirect, within limits of size and time. Throws `OutboundError`.
 */
export class GuardedFetcher {
  private readonly agent: Agent;
  private readonly mostBytes: number;
  private readonly mostRedirects: number;
  private readonly timeoutMilliseconds: number;

  /** @throws Error for something in `allow` that is no CIDR. */
  constructor(options: GuardedFetcherOptions = {}) {
    const { allow = [], ports = WEB_PORTS, resolve = resolveBySystem } = options;
    this.mostBytes = options.mostBytes ?? MOST_BYTES;
    this.mostRedirects = options.mostRedirects ?? MOST_REDIRECTS;
    this.timeoutMilliseconds = options.timeoutMilliseconds ?? TIMEOUT_MILLISECONDS;
    const guard = new AddressGuard(allow, ports);
    this.agent = new Agent({
      connect: guardedConnector({ guard, resolve, timeoutMilliseconds: this.timeoutMilliseconds }),
      keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
      maxHeaderSize: MOST_HEADER_BYTES,
    });
  }

  /** The bytes at a URL and the type that `recognise` gave them. */
  async fetch(url: URL, { signal, accept, recognise }: FetchOptions): Promise<FetchedBody> {
    const timeout = AbortSignal.timeout(this.timeoutMilliseconds);
    const either = AbortSignal.any([signal, timeout]);
    try {
      const response = await this.follow(url, accept, either);
      return await readBody(response, { host: url.host, mostBytes: this.mostBytes, recognise });
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (error instanceof OutboundError) throw error;
      if (timeout.aborted) throw this.late(url, error);
      throw new OutboundError('unreachable', `${url.host} could not be reached${codeOf(error)}`, { cause: error });
    }
  }

  close(): Promise<void> {
    return this.agent.close();
  }

  private async follow(start: URL, accept: string, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    let url = start;
    for (let redirects = 0; redirects <= this.mostRedirects; redirects += 1) {
      requireFetchable(url);
      const response = await this.agent.request({
        origin: url.origin,
        path: url.pathname + url.search,
        method: 'GET',
        headers: { accept, 'accept-encoding': 'identity', 'user-agent': 'switchyard' },
        signal,
      });
      if (!REDIRECTS.has(response.statusCode)) return response;
      await response.body.dump();
      url = nextOf(url, response.headers['location']);
    }
    throw new OutboundError('too_many_redirects', `${start.host} redirects more than ${this.mostRedirects} times`);
  }

  private late(url: URL, cause: unknown): OutboundError {
    const seconds = this.timeoutMilliseconds / 1_000;
    return new OutboundError('timed_out', `${url.host} did not deliver within ${seconds} s`, { cause });
  }
}

function nextOf(url: URL, location: string | string[] | undefined): URL {
  const next = typeof location === 'string' ? URL.parse(location, url.href) : null;
  if (!next) throw new OutboundError('unreachable', `${url.host} redirects to nowhere`);
  return next;
}

function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? ` (${code})` : '';
}
