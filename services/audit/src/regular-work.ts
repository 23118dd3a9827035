import { setTimeout as pause } from 'node:timers/promises';

/** Something that is done again and again, one time after another. */
export interface RegularWorkOptions {
  readonly everyMilliseconds: number;
  /** How long after a time that failed it is tried again; as long as after any other where absent. */
  readonly retryMilliseconds?: number;
  readonly work: () => Promise<unknown>;
  /** Told why a time failed; the next comes all the same. */
  readonly onFailure: (error: unknown) => void;
}

/** Does a work from `start` to `stop`, with a pause after each time that `hurry` cuts short. */
export class RegularWork {
  private readonly stopping = new AbortController();
  private waiting = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private isHurried = false;

  constructor(private readonly options: RegularWorkOptions) {}

  /** Where `first` is given, nothing is done until it resolves, such as for a Postgres that is not there yet at the start. */
  start(first?: Promise<unknown>): void {
    if (!first) {
      this.running = this.run();
      return;
    }
    const stopped = new Promise((resolve) => this.stopping.signal.addEventListener('abort', resolve, { once: true }));
    this.running = Promise.race([first, stopped]).then(() => this.run());
  }

  /** Do it soon: now, or right after what is under way. */
  hurry(): void {
    this.isHurried = true;
    this.waiting.abort();
  }

  /** Resolves when what is under way is done. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.waiting.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { everyMilliseconds, retryMilliseconds = everyMilliseconds, work, onFailure } = this.options;
    let pauseMilliseconds = everyMilliseconds;
    while (!this.stopping.signal.aborted) {
      if (!this.isHurried)
        await pause(pauseMilliseconds, undefined, { signal: this.waiting.signal }).catch(() => undefined);
      if (this.stopping.signal.aborted) return;
      this.isHurried = false;
      this.waiting = new AbortController();
      pauseMilliseconds = everyMilliseconds;
      await work().catch((error: unknown) => {
        pauseMilliseconds = retryMilliseconds;
        onFailure(error);
      });
    }
  }
}
