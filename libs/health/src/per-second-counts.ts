/** Counts over a sliding window, to the second. */
export class PerSecondCounts {
  private readonly counts: Float64Array;
  private newest = 0;

  constructor(private readonly seconds: number) {
    this.counts = new Float64Array(seconds);
  }

  add(amount: number, now: number): void {
    this.advance(now);
    this.counts[this.newest % this.seconds] = (this.counts[this.newest % this.seconds] ?? 0) + amount;
  }

  sum(now: number): number {
    this.advance(now);
    return this.counts.reduce((total, count) => total + count, 0);
  }

  clear(): void {
    this.counts.fill(0);
  }

  private advance(now: number): void {
    const second = Math.floor(now / 1_000);
    // A clock that was put back by more than the window would otherwise keep what was counted until it has caught up.
    const isBack = this.newest - second >= this.seconds;
    if (isBack || second - this.newest >= this.seconds) this.counts.fill(0);
    else for (let passed = this.newest + 1; passed <= second; passed++) this.counts[passed % this.seconds] = 0;
    this.newest = isBack ? second : Math.max(this.newest, second);
  }
}
