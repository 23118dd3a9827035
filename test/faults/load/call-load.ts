import type { ApiClient } from './api-client.js';
import { SteadyLoad } from './steady-load.js';

/** What came of calls of waiting callers. */
export interface CallSums {
  calls: number;
  ok: number;
  /** Typed refusals of ours: 429, 502, 503, 504 with an error code. */
  typed: number;
  /** Connections that broke before an answer. */
  broken: number;
  /** Anything else. */
  unexpected: number;
  slowestMilliseconds: number;
}

const TYPED: ReadonlySet<number> = new Set([402, 409, 429, 502, 503, 504]);

/** Calls at a steady rate until told to stop, each for itself and without a second try. */
export class CallLoad {
  readonly sums: CallSums = { calls: 0, ok: 0, typed: 0, broken: 0, unexpected: 0, slowestMilliseconds: 0 };
  readonly #load: SteadyLoad;

  constructor(
    private readonly client: ApiClient,
    perSecond: number,
  ) {
    this.#load = new SteadyLoad(perSecond, (number) => this.#call(number));
  }

  start(): void {
    this.#load.start();
  }

  /** Waits for the calls under way. */
  async stop(): Promise<CallSums> {
    this.sums.calls = await this.#load.stop();
    return this.sums;
  }

  async #call(number: number): Promise<void> {
    const startedAt = Date.now();
    const content = `Call ${number}: how many wagons stay?`;
    const body = { model: 'answering', messages: [{ role: 'user', content }], max_tokens: 64 };
    try {
      const { status, text } = await this.client.attempt('POST', '/v1/chat/completions', { body });
      if (status === 200) this.sums.ok += 1;
      else if (TYPED.has(status) && text.includes('"code"')) this.sums.typed += 1;
      else this.sums.unexpected += 1;
    } catch {
      this.sums.broken += 1;
    }
    this.sums.slowestMilliseconds = Math.max(this.sums.slowestMilliseconds, Date.now() - startedAt);
  }
}
