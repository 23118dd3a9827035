import { setTimeout } from 'node:timers/promises';

/** Begins a call at a steady rate until told to stop, whether those before it have been answered or not. */
export class SteadyLoad {
  readonly #pending = new Set<Promise<void>>();
  #isStopping = false;
  #begun = 0;
  #running: Promise<void> | undefined;

  /** `call` gets the number of the call, from 1, and never rejects. */
  constructor(
    private readonly perSecond: number,
    private readonly call: (number: number) => Promise<void>,
  ) {}

  start(): void {
    this.#running = this.#run();
  }

  /** Waits for the calls under way; says how many there were. */
  async stop(): Promise<number> {
    this.#isStopping = true;
    await this.#running;
    await Promise.all(this.#pending);
    return this.#begun;
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      const calling = this.call((this.#begun += 1)).finally(() => this.#pending.delete(calling));
      this.#pending.add(calling);
      await setTimeout(1_000 / this.perSecond);
    }
  }
}
