import { AsyncLocalStorage } from 'node:async_hooks';
import { Agent, type Dispatcher } from 'undici';
import { ProviderFailure } from '../providers/provider-failure.js';

/** A request that was made and not sent. */
export interface RecordedRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An answer that came by another way. */
export interface RecordedAnswer {
  readonly status: number;
  readonly body: string;
}

interface Exchange {
  readonly requests: RecordedRequest[];
  readonly answer?: RecordedAnswer;
  isAnswered: boolean;
}

/**
 * Stands in for the connections of a provider: a request is kept instead of being sent, or gets an answer that came in a batch. So
 * the adapter that makes online requests and reads online answers does the same for those of batches, whatever the dialect.
 */
export class RecordedExchange extends Agent {
  private readonly exchanges = new AsyncLocalStorage<Exchange>();

  /** The request that `call` would send, or undefined where it would send none, or several. */
  async requestOf(call: () => Promise<unknown>): Promise<RecordedRequest | undefined> {
    const exchange: Exchange = { requests: [], isAnswered: false };
    await this.exchanges.run(exchange, call).catch((error: unknown) => {
      if (!(error instanceof ProviderFailure)) throw error;
    });
    return exchange.requests.length === 1 ? exchange.requests[0] : undefined;
  }

  /** What `call` comes to when its one request gets this answer. */
  answered<T>(answer: RecordedAnswer, call: () => Promise<T>): Promise<T> {
    return this.exchanges.run({ requests: [], answer, isAnswered: false }, call);
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const exchange = this.exchanges.getStore();
    const controller = new IdleController();
    handler.onRequestStart?.(controller, {});
    const { answer } = exchange ?? {};
    if (!exchange || !answer || exchange.isAnswered) {
      exchange?.requests.push(recorded(options));
      handler.onResponseError?.(controller, new ProviderFailure('unsupported', 'requests of a batch are sent in one'));
      return true;
    }
    exchange.isAnswered = true;
    handler.onResponseStart?.(controller, answer.status, { 'content-type': 'application/json' }, '');
    handler.onResponseData?.(controller, Buffer.from(answer.body));
    handler.onResponseEnd?.(controller, {});
    return true;
  }
}

/** Nothing is under way that could be held up. */
class IdleController implements Dispatcher.DispatchController {
  aborted = false;
  paused = false;
  reason: Error | null = null;

  abort(reason: Error): void {
    this.aborted = true;
    this.reason = reason;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }
}

function recorded({ path, headers, body }: Dispatcher.DispatchOptions): RecordedRequest {
  const text = typeof body === 'string' ? body : body instanceof Uint8Array ? Buffer.from(body).toString('utf8') : '';
  const [withoutQuery = path] = path.split('?');
  return { path: withoutQuery, headers: plain(headers), body: text };
}

function plain(headers: Dispatcher.DispatchOptions['headers']): Record<string, string> {
  if (!headers || Array.isArray(headers) || Symbol.iterator in headers) return {};
  const named = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name.toLowerCase(), [value].flat().join(',')]],
  );
  return Object.fromEntries(named);
}
