/** Rests of single models are few, but configurations may name any number of models. */
const MOST_MODEL_RESTS = 1_000;

/**
 * Which of a provider's credentials is used next. They take turns; one that was refused rests for a while and is passed
 * over, altogether or for a model. When all of them rest, the one whose rest began first is used, since it is the likeliest to
 * work again.
 */
export class CredentialPool {
  private readonly rests: (Rest | undefined)[];
  private readonly modelRests: Map<string, Rest>[];
  private next = 0;

  /** `now` gives milliseconds of a clock that never goes back. */
  constructor(
    readonly size: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.rests = Array.from({ length: size });
    this.modelRests = Array.from({ length: size }, () => new Map<string, Rest>());
  }

  /** The credential for a new call of a model, by its place in the configuration. */
  take(model: string): number {
    const healthy = this.takeHealthy(model, new Set());
    if (healthy !== undefined) return healthy;
    const beginnings = this.rests.map((_, place) => this.restOf(place, model)?.sinceMilliseconds ?? 0);
    return beginnings.indexOf(Math.min(...beginnings));
  }

  /** The credential for another try of the same call, which has used `tried`; undefined when all others rest. */
  takeHealthy(model: string, tried: ReadonlySet<number>): number | undefined {
    for (let step = 0; step < this.size; step++) {
      const place = (this.next + step) % this.size;
      if (tried.has(place) || this.restOf(place, model)) continue;
      this.next = (place + 1) % this.size;
      return place;
    }
    return undefined;
  }

  /** The provider refused it; for one model only where that is named. */
  rest(place: number, milliseconds: number, model?: string): void {
    const sinceMilliseconds = this.now();
    const rest = { sinceMilliseconds, untilMilliseconds: sinceMilliseconds + milliseconds };
    if (model === undefined) this.rests[place] = rest;
    else this.restModel(place, model, rest);
  }

  /** The provider took it for a model, although it may have been resting. */
  wake(place: number, model: string): void {
    this.rests[place] = undefined;
    this.modelRests[place]?.delete(model);
  }

  private restModel(place: number, model: string, rest: Rest): void {
    const rests = this.modelRests[place];
    if (!rests) return;
    if (rests.size >= MOST_MODEL_RESTS) rests.clear();
    rests.set(model, rest);
  }

  /** The rest that it has now, of several the one that ends last. */
  private restOf(place: number, model: string): Rest | undefined {
    const now = this.now();
    const resting = [this.rests[place], this.modelRests[place]?.get(model)].filter(
      (rest) => rest !== undefined && now < rest.untilMilliseconds,
    );
    return resting.length < 2 ? resting[0] : resting.reduce(laterEnd);
  }
}

interface Rest {
  readonly sinceMilliseconds: number;
  readonly untilMilliseconds: number;
}

function laterEnd(one: Rest | undefined, other: Rest | undefined): Rest | undefined {
  return one && other && one.untilMilliseconds > other.untilMilliseconds ? one : other;
}
