/**
 * Knows since when nothing has been on its way: the time of the first of at least two sweeps in a row that found every queue
 * empty. One such sweep proves nothing, since a message can be between two queues while they are looked at.
 */
export class QuietWatch {
  private firstQuiet: Date | undefined;
  private quietSweeps = 0;

  /** Undefined while something is, or may be, on its way. */
  get quietSince(): Date | undefined {
    return this.quietSweeps >= 2 ? this.firstQuiet : undefined;
  }

  observe(isQuiet: boolean, at: Date): void {
    if (!isQuiet) {
      this.reset();
      return;
    }
    this.firstQuiet ??= at;
    this.quietSweeps += 1;
  }

  /** To be called when something was put on its way. */
  reset(): void {
    this.firstQuiet = undefined;
    this.quietSweeps = 0;
  }
}
