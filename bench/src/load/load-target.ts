import { randomUUID } from 'node:crypto';
import { Pool, type Dispatcher } from 'undici';
import { Histogram } from './histogram.js';
import type { LoadOrder, LoadResult, Spread } from './load-order.js';

const MOST_CONNECTIONS = 256;
const ANSWER_WITHIN_MILLISECONDS = 15_000;
const END_MARK = Buffer.from('[DONE]');

/** Sends the requests of one order over kept-alive connections and notes when they were answered. */
export class LoadTarget {
  private readonly pool: Pool;
  private readonly path: string;
  private readonly bodies: readonly string[];
  private readonly latency = new Histogram();
  private readonly firstByte = new Histogram();
  private readonly lateness = new Histogram();
  private readonly failures: Record<string, number> = {};
  private readonly name = randomUUID();
  private sent = 0;

  constructor(
    private readonly order: LoadOrder,
    prompts: readonly string[],
  ) {
    const { origin, pathname } = new URL(order.url);
    this.path = pathname;
    this.pool = new Pool(origin, {
      connections: MOST_CONNECTIONS,
      headersTimeout: ANSWER_WITHIN_MILLISECONDS,
      bodyTimeout: ANSWER_WITHIN_MILLISECONDS,
    });
    this.bodies = prompts.map((prompt) => bodyOf(order, prompt));
  }

  get answered(): number {
    return this.latency.count;
  }

  /** Sends the next request, due at `dueAt` (milliseconds of `performance.now`), and calls `ended` when it has ended. */
  send(dueAt: number, ended: () => void): void {
    const body = this.bodies[this.sent++ % this.bodies.length];
    if (body === undefined) throw new RangeError('there are no prompts to send');
    this.lateness.record((performance.now() - dueAt) * 1000);
    const { headers: same, newWithEach } = this.order;
    const headers = newWithEach === undefined ? same : { ...same, [newWithEach]: `${this.name}-${this.sent}` };
    this.pool.dispatch({ path: this.path, method: 'POST', headers, body }, this.observe(dueAt, ended));
  }

  result(seconds: number): LoadResult {
    const { answered, failures } = this;
    return {
      answered,
      failures,
      seconds,
      latency: spreadOf(this.latency),
      firstByte: spreadOf(this.firstByte),
      lateness: spreadOf(this.lateness),
    };
  }

  async close(): Promise<void> {
    await this.pool.destroy();
  }

  private observe(dueAt: number, ended: () => void): Dispatcher.DispatchHandler {
    let status = 0;
    let tail: Buffer | undefined;
    const fail = (reason: string): void => {
      this.failures[reason] = (this.failures[reason] ?? 0) + 1;
      ended();
    };
    return {
      onRequestStart: () => undefined,
      onResponseStart: (_controller, statusCode) => {
        status = statusCode;
      },
      onResponseData: (_controller, chunk) => {
        if (tail === undefined && status === 200) this.firstByte.record((performance.now() - dueAt) * 1000);
        tail = chunk;
      },
      onResponseEnd: () => {
        if (status !== 200) return fail(`status ${status}`);
        if (tail === undefined) return fail('empty answer');
        if (this.order.isStream && !tail.includes(END_MARK)) return fail('stream without its end mark');
        this.latency.record((performance.now() - dueAt) * 1000);
        ended();
      },
      onResponseError: (_controller, error) => fail(error.message),
    };
  }
}

function bodyOf({ model, isStream, fields = {} }: LoadOrder, prompt: string): string {
  const messages = [{ role: 'user', content: prompt }];
  return JSON.stringify(isStream ? { model, stream: true, messages, ...fields } : { model, messages, ...fields });
}

function spreadOf(histogram: Histogram): Spread {
  return { p50: histogram.percentile(0.5) / 1000, p99: histogram.percentile(0.99) / 1000 };
}
