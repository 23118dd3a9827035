const FORGET_MILLISECONDS = 60_000;
const FALL = 0.7;
/** A single complaint at a quiet moment must not leave the next burst one call at a time. */
const LEAST = 4;
/** Below this the bound doubles with each round of good answers, so that one bad moment does not slow a long batch for minutes. */
const SLOW_START_BELOW = 32;

/**
 * How many calls of a target are made at once after it said that it is too many: fewer by a third with each such answer to a call
 * that was made under the bound; a small one grows by each good answer, a large one by one for as many good ones as there may be at
 * once. No bound while the target has not complained lately.
 */
export class AdaptiveLimit {
  private limit = Infinity;
  private complainedAt = -Infinity;

  /** Calls that may be under way at once. */
  at(now: number): number {
    if (now - this.complainedAt > FORGET_MILLISECONDS) this.limit = Infinity;
    return Math.max(LEAST, Math.floor(this.limit));
  }

  /** Calls that began before the last fall say nothing of the bound that it left. */
  tooMany(inFlight: number, { startedAt, now }: { startedAt: number; now: number }): void {
    if (startedAt <= this.complainedAt) return;
    // Once there is a bound it counts, not the calls still under way: of a burst the last complaint may come when most have ended.
    const before = this.limit === Infinity ? Math.max(inFlight, SLOW_START_BELOW) : this.limit;
    this.limit = Math.max(LEAST, before * FALL);
    this.complainedAt = now;
  }

  good(): void {
    if (this.limit !== Infinity) this.limit += this.limit < SLOW_START_BELOW ? 1 : 1 / this.limit;
  }
}
