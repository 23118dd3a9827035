import type { Quantiles } from '#libs/contracts';

const MOST_SAMPLES = 200;
const FEWEST_SAMPLES = 3;
const KEPT_MILLISECONDS = 5 * 60_000;

/** The latest values of a measure, for its percentiles. */
export class RecentSamples {
  private readonly values: { at: number; value: number }[] = [];
  private next = 0;

  add(value: number, now: number): void {
    this.values[this.next] = { at: now, value };
    this.next = (this.next + 1) % MOST_SAMPLES;
  }

  /** Undefined where too little was seen lately. Nearest rank. */
  quantiles(now: number): Quantiles | undefined {
    const recent = this.values.filter(({ at }) => Math.abs(now - at) < KEPT_MILLISECONDS).map(({ value }) => value);
    if (recent.length < FEWEST_SAMPLES) return undefined;
    recent.sort((left, right) => left - right);
    const at = (percent: number): number => recent[Math.ceil((percent / 100) * recent.length) - 1] ?? 0;
    return { p50: at(50), p90: at(90), p95: at(95), p99: at(99) };
  }
}
