import { Agent, type Dispatcher } from 'undici';
import { CallableAddresses, withoutTls, type CallableAddressesOptions } from './callable-addresses.js';
import { OutboundError } from './outbound.error.js';
import { readExcerpt } from './read-excerpt.js';
import { requireFetchable } from './require-fetchable.js';

/** The limits of a sender; what is left out takes the documented default. */
export interface GuardedSenderOptions extends CallableAddressesOptions {
  /** From the first look at the name to the end of what is read of the answer. Default: 20 s. */
  readonly timeoutMilliseconds?: number;
  /** How much of an answer is read. Default: 2 KiB. */
  readonly mostExcerptBytes?: number;
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

const TIMEOUT_MILLISECONDS = 20_000;
const MOST_EXCERPT_BYTES = 2_048;
const KEEP_ALIVE_MILLISECONDS = 4_000;
const MOST_HEADER_BYTES = 16 * 1024;

/**
 * Sends messages to URLs that strangers wrote: by POST, to public addresses only and there by TLS only, checked when the connection
 * is made. A redirect is an answer as any other and never followed. Throws `OutboundError` where nothing was answered in time.
 */
export class GuardedSender {
  private readonly addresses: CallableAddresses;
  private readonly agent: Agent;
  private readonly timeoutMilliseconds: number;
  private readonly mostExcerptBytes: number;

  /** @throws Error for something in `allow` that is no CIDR. */
  constructor(options: GuardedSenderOptions = {}) {
    this.timeoutMilliseconds = options.timeoutMilliseconds ?? TIMEOUT_MILLISECONDS;
    this.mostExcerptBytes = options.mostExcerptBytes ?? MOST_EXCERPT_BYTES;
    this.addresses = new CallableAddresses(options);
    this.agent = new Agent({
      connect: this.addresses.connector(this.timeoutMilliseconds),
      keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
      maxHeaderSize: MOST_HEADER_BYTES,
      headersTimeout: this.timeoutMilliseconds,
      bodyTimeout: this.timeoutMilliseconds,
    });
  }

  /** Refuses early what would be refused when it is sent: the form of the URL, and an address or port that is written in it. */
  check(url: URL): void {
    this.addresses.check(url);
  }

  async post(url: URL, { headers, body, signal }: OutgoingMessage): Promise<SentAnswer> {
    const timeout = AbortSignal.timeout(this.timeoutMilliseconds);
    try {
      requireFetchable(url);
      const response = await this.agent.request({
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
    await this.agent.destroy();
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

function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? ` (${code})` : '';
}

function single(value: Dispatcher.ResponseData['headers'][string]): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
