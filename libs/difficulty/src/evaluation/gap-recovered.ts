/** A prompt's score and how well each of the two models answers it. */
export interface Judged {
  readonly score: number;
  readonly weak: number;
  readonly strong: number;
}

/**
 * How much of the gap between the weak and the strong model is recovered when the prompts with the highest scores go to
 * the strong one (RouteLLM, Ong et al. 2024): PGR = (quality of the routing − of weak) / (quality of strong − of weak).
 * Prompts of the same score share what they bring, as if they were taken in random order.
 */
export class GapRecovered {
  /** PGR after each prompt, from none (0) to all (1) sent to the strong model; undefined where strong is no better. */
  private readonly curve: Float64Array | undefined;

  constructor(judged: readonly Judged[]) {
    this.curve = curveOf(judged);
  }

  /** Average performance gap recovered: the area under PGR against the share sent to the strong model. Random: 0.5. */
  get average(): number | undefined {
    if (this.curve === undefined) return undefined;
    let area = 0;
    for (let place = 1; place < this.curve.length; place++) area += (this.curve[place - 1]! + this.curve[place]!) / 2;
    return area / (this.curve.length - 1);
  }

  /** PGR when this share (0 to 1) goes to the strong model. */
  at(share: number): number | undefined {
    return this.curve?.[Math.round(share * (this.curve.length - 1))];
  }

  /** The smallest share that must go to the strong model for at least this PGR. */
  shareFor(recovered: number): number | undefined {
    if (this.curve === undefined) return undefined;
    return this.curve.findIndex((value) => value >= recovered - 1e-9) / (this.curve.length - 1);
  }
}

function curveOf(judged: readonly Judged[]): Float64Array | undefined {
  const gap = judged.reduce((sum, { strong, weak }) => sum + strong - weak, 0);
  if (gap <= 0) return undefined;
  const sorted = judged.toSorted((one, other) => other.score - one.score);
  const curve = new Float64Array(sorted.length + 1);
  for (let from = 0; from < sorted.length;) {
    let to = from;
    let gain = 0;
    for (; to < sorted.length && sorted[to]!.score === sorted[from]!.score; to++)
      gain += sorted[to]!.strong - sorted[to]!.weak;
    for (let place = from; place < to; place++) curve[place + 1] = curve[place]! + gain / (to - from) / gap;
    from = to;
  }
  return curve;
}
