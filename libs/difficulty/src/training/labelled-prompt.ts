/** A prompt and how well a weak and a strong model answered it, each from 0 (useless) to 1 (perfect). */
export interface ComparedPrompt {
  readonly prompt: string;
  readonly weak: number | boolean;
  readonly strong: number | boolean;
  /** The set that the row belongs to, for which results are reported apart ("support", "mmlu"). */
  readonly group?: string;
  /** What the prompt is about, if somebody knows: used in training only, see `TopicWeights`. */
  readonly topic?: string;
}

/** A prompt and how well the weak model answered it; the strong one is taken to have answered perfectly. */
export interface ScoredPrompt {
  readonly prompt: string;
  readonly score: number;
  readonly group?: string;
  readonly topic?: string;
}

/** What a model of difficulty is trained and judged on. */
export type LabelledPrompt = ComparedPrompt | ScoredPrompt;

/** How well the weak model answered, 0 to 1. */
export function weakQuality(row: LabelledPrompt): number {
  return 'weak' in row ? Number(row.weak) : row.score;
}

/** How well the strong model answered, 0 to 1. */
export function strongQuality(row: LabelledPrompt): number {
  return 'strong' in row ? Number(row.strong) : 1;
}
