const WINDOW_MILLISECONDS = 3_000;

/** Counts how many requests of a queue end, from what is under way before and after each turn. */
export class QueueSpeed {
  private readonly ended: { at: number; count: number }[] = [];
  private underWay = 0;
  private since: number | undefined;

  /** What is under way at the beginning of a turn. */
  observe(underWay: number, now: number): void {
    this.since ??= now;
    if (underWay < this.underWay) this.ended.push({ at: now, count: this.underWay - underWay });
    this.underWay = underWay;
    while (this.ended[0] && this.ended[0].at < now - WINDOW_MILLISECONDS) this.ended.shift();
  }

  /** What was released in a turn. */
  released(count: number): void {
    this.underWay += count;
  }

  perSecond(now: number): number {
    const count = this.ended.reduce((sum, { count: ended }) => sum + ended, 0);
    const milliseconds = Math.min(WINDOW_MILLISECONDS, Math.max(250, now - (this.since ?? now)));
    return (count / milliseconds) * 1_000;
  }
}
