/**
 * How a process that is told to stop learns that its time runs out: `hurry` aborts a few seconds before the process leaves,
 * for what must end with an error rather than without a word.
 */
export class Shutdown {
  private readonly controller = new AbortController();

  /** Aborts when what is still in flight has to end now. */
  get hurry(): AbortSignal {
    return this.controller.signal;
  }

  /** Called by the process once, when the grace is over. */
  end(): void {
    this.controller.abort();
  }
}
