import { setTimeout } from 'node:timers/promises';

import type { ApiClient } from './api-client.js';

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
  readonly #pending = new Set<Promise<void>>();
  #isStopping = false;
  #running: Promise<void> | undefined;

  constructor(
    private readonly client: ApiClient,
    private readonly perSecond: number,
  ) {}

  start(): void {
    this.#running = this.#run();
  }

  /** Waits for the calls under way. */
  async stop(): Promise<CallSums> {
    this.#isStopping = true;
    await this.#running;
    await Promise.all(this.#pending);
    return this.sums;
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      const calling = this.#call((this.sums.calls += 1)).finally(() => this.#pending.delete(calling));
      this.#pending.add(calling);
      await setTimeout(1_000 / this.perSecond);
    }
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
