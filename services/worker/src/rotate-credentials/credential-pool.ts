/**
 * Which of a provider's credentials is used next. They take turns; one that was refused rests for a while and is passed
 * over. When all of them rest, the one whose rest began first is used, since it is the likeliest to work again.
 */
export class CredentialPool {
  private readonly rests: (Rest | undefined)[];
  private next = 0;

  /** `now` gives milliseconds of a clock that never goes back. */
  constructor(
    readonly size: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.rests = Array.from({ length: size });
  }

  /** The credential for a new call, by its place in the configuration. */
  take(): number {
    const healthy = this.takeHealthy(new Set());
    if (healthy !== undefined) return healthy;
    const beginnings = this.rests.map((rest) => rest?.sinceMilliseconds ?? 0);
    return beginnings.indexOf(Math.min(...beginnings));
  }

  /** The credential for another try of the same call, which has used `tried`; undefined when all others rest. */
  takeHealthy(tried: ReadonlySet<number>): number | undefined {
    for (let step = 0; step < this.size; step++) {
      const place = (this.next + step) % this.size;
      if (tried.has(place) || this.isResting(place)) continue;
      this.next = (place + 1) % this.size;
      return place;
    }
    return undefined;
  }

  /** The provider refused it. */
  rest(place: number, milliseconds: number): void {
    const sinceMilliseconds = this.now();
    this.rests[place] = { sinceMilliseconds, untilMilliseconds: sinceMilliseconds + milliseconds };
  }

  /** The provider took it, although it was resting. */
  wake(place: number): void {
    this.rests[place] = undefined;
  }

  private isResting(place: number): boolean {
    const rest = this.rests[place];
    return rest !== undefined && this.now() < rest.untilMilliseconds;
  }
}

interface Rest {
  readonly sinceMilliseconds: number;
  readonly untilMilliseconds: number;
}
