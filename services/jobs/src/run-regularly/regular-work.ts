import { setTimeout as pauseFor } from 'node:timers/promises';
import { unlessAborted } from '../keep-batch/unless-aborted.js';

/** Work that is to be done again and again. */
export interface RegularWorkOptions {
  /** The pause before each time, so that what takes longer than that is never done twice at once. */
  readonly everyMilliseconds: number;
  readonly work: () => Promise<unknown>;
  /** Told why it failed; it is done again after the next pause. */
  readonly onFailure: (error: unknown) => void;
  /** Default: real time. Rejects when the signal aborts. */
  readonly pause?: (milliseconds: number, signal: AbortSignal) => Promise<unknown>;
}

const inRealTime = (milliseconds: number, signal: AbortSignal): Promise<unknown> =>
  pauseFor(milliseconds, undefined, { signal });

/** Does a work regularly from `start` to `stop`, which does not wait for what is under way: it must bear being left. */
export class RegularWork {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly options: RegularWorkOptions) {}

  /** Where `first` is given, nothing is done until it resolves, such as for a Postgres that is not there yet at the start. */
  start(first?: Promise<unknown>): void {
    this.running = this.run(first);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(first: Promise<unknown> | undefined): Promise<void> {
    const { everyMilliseconds, work, onFailure, pause = inRealTime } = this.options;
    const { signal } = this.stopping;
    if (first) await unlessAborted(first, signal).catch(() => undefined);
    while (!signal.aborted) {
      await pause(everyMilliseconds, signal).catch(() => undefined);
      if (signal.aborted) return;
      await unlessAborted(work(), signal).catch((error: unknown) => {
        if (!signal.aborted) onFailure(error);
      });
    }
  }
}
