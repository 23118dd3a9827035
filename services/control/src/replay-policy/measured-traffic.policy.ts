import type { DecidedRequest, Quantiles, TargetState } from '#libs/contracts';
import type { LiveState } from '#libs/routing';

const MOST_SAMPLES = 200;
const FEWEST_SAMPLES = 3;
/** Percentiles are computed anew after so many answers: routers see them with some delay too. */
const SAMPLES_BETWEEN = 10;

type Attempt = DecidedRequest['attempts'][number];

/** The latest values of a measure. */
class Samples {
  private readonly values: number[] = [];
  private next = 0;
  private known: Quantiles | undefined;

  add(value: number): void {
    this.values[this.next] = value;
    this.next = (this.next + 1) % MOST_SAMPLES;
    if (this.next % SAMPLES_BETWEEN === 0) this.known = undefined;
  }

  get quantiles(): Quantiles | undefined {
    if (this.values.length < FEWEST_SAMPLES) return undefined;
    this.known ??= quantilesOf(this.values.toSorted((left, right) => left - right));
    return this.known;
  }
}

/** What a router would have measured of one target; percentiles are computed where a strategy asks for them only. */
class MeasuredTarget implements TargetState {
  readonly inFlight = 0;
  readonly calls = 0;
  readonly errorShare = 0;
  readonly requestsThisMinute = 0;
  readonly tokensThisMinute = 0;
  private readonly firstToken = new Samples();
  private readonly total = new Samples();
  private readonly throughput = new Samples();

  get firstTokenMilliseconds(): Quantiles | undefined {
    return this.firstToken.quantiles;
  }

  get totalMilliseconds(): Quantiles | undefined {
    return this.total.quantiles;
  }

  get tokensPerSecond(): Quantiles | undefined {
    return this.throughput.quantiles;
  }

  note({ durationMilliseconds, firstByteMilliseconds, usage }: Attempt): void {
    this.total.add(durationMilliseconds);
    if (firstByteMilliseconds === undefined) return;
    this.firstToken.add(firstByteMilliseconds);
    const answering = durationMilliseconds - firstByteMilliseconds;
    if (usage && usage.completionTokens > 1 && answering > 0) {
      this.throughput.add((usage.completionTokens / answering) * 1_000);
    }
  }
}

/**
 * The world as replayed decisions see it: the speed of targets by the answers recorded before, turns counted, and nobody
 * unwell, busy or out of quota, since that was not recorded.
 */
export class MeasuredTraffic {
  private readonly targets = new Map<string, MeasuredTarget>();
  private readonly turns = new Map<string, number>();

  at(now: number): LiveState {
    return {
      now,
      target: (provider, model) => this.targets.get(`${provider}/${model}`),
      turn: (model) => this.turns.get(model) ?? 0,
    };
  }

  /** Takes the answers of a request into account, after it was decided; a turn of the public model whose target it goes to. */
  note({ attempts }: DecidedRequest, publicModel: string): void {
    this.turns.set(publicModel, (this.turns.get(publicModel) ?? 0) + 1);
    for (const attempt of attempts) {
      if (attempt.outcome !== 'succeeded') continue;
      const key = `${attempt.provider}/${attempt.model}`;
      let target = this.targets.get(key);
      if (!target) this.targets.set(key, (target = new MeasuredTarget()));
      target.note(attempt);
    }
  }
}

/** Nearest rank. */
function quantilesOf(sorted: readonly number[]): Quantiles {
  const at = (percent: number): number => sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? 0;
  return { p50: at(50), p90: at(90), p95: at(95), p99: at(99) };
}
