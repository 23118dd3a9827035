import { extractFeatures } from '../features/extract-features.js';
import { evaluateScores, type DifficultyReport } from '../evaluation/evaluate-scores.js';
import { seededNumbers } from '../learning/seeded-numbers.js';
import { percentilesOf, shareBelow } from '../model/percentile.js';
import { rawScore } from '../model/raw-score.js';
import { fitWeights, type Example } from './fit-weights.js';
import { strongQuality, weakQuality, type LabelledPrompt } from './labelled-prompt.js';
import { TooFewRows } from './too-few-rows.error.js';

const FEWEST_ROWS = 100;

/** How rows are divided, and who hears how far it is. */
export interface CrossValidationOptions {
  readonly folds: number;
  readonly seed: number;
  /** Called with the share of the work done, 0 to 1. */
  readonly onProgress?: (done: number) => void;
}

/** What models made of rows that they were not trained on. */
export interface CrossValidation {
  /** By row: the score before calibration. */
  readonly rawScores: Float64Array;
  readonly percentiles: Float32Array;
  readonly report: DifficultyReport;
}

/**
 * Divides the rows into folds at random (equal prompts into the same one) and scores each fold by a model trained on the
 * others. The report so tells what the model is worth on like prompts that it has never seen. Throws `TooFewRows`.
 */
export function crossValidate(rows: readonly LabelledPrompt[], options: CrossValidationOptions): CrossValidation {
  if (rows.length < FEWEST_ROWS) throw new TooFewRows(rows.length, FEWEST_ROWS);
  const examples = examplesOf(rows);
  const rawScores = new Float64Array(rows.length);
  const folds = foldsOf(rows, options);
  for (let fold = 0; fold < options.folds; fold++) {
    const learned = fitWeights(
      examples.filter((_, row) => folds[row] !== fold),
      options.seed,
      (done) => options.onProgress?.((fold + done) / options.folds),
    );
    for (const [row, { features }] of examples.entries())
      if (folds[row] === fold) rawScores[row] = rawScore(learned, features);
  }
  const percentiles = percentilesOf(rawScores);
  const scores = rawScores.map((score) => shareBelow(percentiles, score));
  return { rawScores, percentiles, report: evaluateScores(rows, scores) };
}

/** Rows ready for learning; a row without a topic has its group as one. */
export function examplesOf(rows: readonly LabelledPrompt[]): Example[] {
  return rows.map((row) => ({
    features: extractFeatures(row.prompt),
    weak: weakQuality(row),
    strong: strongQuality(row),
    topic: row.topic ?? row.group ?? '',
  }));
}

function foldsOf(rows: readonly LabelledPrompt[], { folds, seed }: CrossValidationOptions): number[] {
  const random = seededNumbers(seed);
  const byPrompt = new Map<string, number>();
  return rows.map(({ prompt }) => {
    const fold = byPrompt.get(prompt) ?? Math.floor(random() * folds);
    byPrompt.set(prompt, fold);
    return fold;
  });
}
