import type { ApiClient } from './api-client.js';
import { SteadyLoad } from './steady-load.js';

const ANSWERED_WITHIN_MILLISECONDS = 60_000;

/** What came of calls that were repeated under one idempotency key until they were answered. */
export interface InsistingSums {
  calls: number;
  ok: number;
  /** 409 `outcome_unknown`: the process that had the call died with it, and what it did cannot be told. */
  unknown: number;
  /** Anything else, and no answer in time. */
  unexpected: string[];
}

/** Calls at a steady rate until told to stop, each of which is repeated as it was until it has an answer. */
export class InsistingLoad {
  readonly sums: InsistingSums = { calls: 0, ok: 0, unknown: 0, unexpected: [] };
  readonly #load: SteadyLoad;

  constructor(
    private readonly client: ApiClient,
    perSecond: number,
  ) {
    this.#load = new SteadyLoad(perSecond, (number) => this.#call(number));
    this.#load.start();
  }

  /** Waits for the calls under way. */
  async stop(): Promise<InsistingSums> {
    this.sums.calls = await this.#load.stop();
    return this.sums;
  }

  async #call(number: number): Promise<void> {
    const content = `Insisting call ${number}: how many wagons stay?`;
    const body = { model: 'answering', messages: [{ role: 'user', content }], max_tokens: 64 };
    try {
      const path = '/v1/chat/completions';
      const { status, text } = await this.client.insist('POST', path, { body }, ANSWERED_WITHIN_MILLISECONDS);
      if (status === 200) this.sums.ok += 1;
      else if (status === 409 && text.includes('outcome_unknown')) this.sums.unknown += 1;
      else this.sums.unexpected.push(`${status}: ${text.slice(0, 200)}`);
    } catch (error) {
      this.sums.unexpected.push(String(error));
    }
  }
}
