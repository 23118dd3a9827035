/** What is left of a limit that is full at first and fills again evenly, all of it in one period. */
export class FillingBucket {
  private amount: number;
  private at = -Infinity;

  constructor(
    readonly limit: number,
    private readonly periodMilliseconds: number,
  ) {
    this.amount = limit;
  }

  /** What is left, in whole units. */
  left(now: number): number {
    this.fill(now);
    return Math.floor(this.amount);
  }

  /** Milliseconds until there is room for so much; 0: now. What is larger than the limit never fits (`Infinity`). */
  wait(amount: number, now: number): number {
    this.fill(now);
    if (amount > this.limit) return Infinity;
    return Math.max(0, this.timeFor(amount - this.amount));
  }

  take(amount: number, now: number): void {
    this.fill(now);
    this.amount -= amount;
  }

  /** Milliseconds until all of it is there. */
  untilFull(now: number): number {
    this.fill(now);
    return this.timeFor(this.limit - this.amount);
  }

  private timeFor(amount: number): number {
    return (amount * this.periodMilliseconds) / this.limit;
  }

  private fill(now: number): void {
    if (now <= this.at) return;
    const filled = this.at === -Infinity ? 0 : ((now - this.at) * this.limit) / this.periodMilliseconds;
    this.amount = Math.min(this.limit, this.amount + filled);
    this.at = now;
  }
}
