import type { DifficultyReport } from '../evaluation/evaluate-scores.js';
import { AUTO_LEVELS } from '../model/auto-levels.js';
import { DifficultyModel } from '../model/difficulty-model.js';
import type { LevelResult } from '../model/difficulty-weights.js';
import { crossValidate, examplesOf } from './cross-validate.js';
import { fitWeights } from './fit-weights.js';
import type { LabelledPrompt } from './labelled-prompt.js';

/** How to train. */
export interface TrainingOptions {
  /** The same rows and seed give the same model. Default 1. */
  readonly seed?: number;
  /** Folds of the cross-validation that calibrates the model and tells how good it is. Default 5. */
  readonly folds?: number;
  /** Called with the share of the work done, 0 to 1. */
  readonly onProgress?: (done: number) => void;
  /** Called with what the cross-validation found, of which the model itself keeps the most important figures. */
  readonly onReport?: (report: DifficultyReport) => void;
}

const DEFAULT_SEED = 1;
const DEFAULT_FOLDS = 5;

/**
 * Trains a model on labelled prompts: first by cross-validation, which calibrates its scores and says what they are worth,
 * then on all rows. A minute or so for 10,000 rows, on one core and without a pause: call it from a process that has nothing
 * else to do. Throws `TooFewRows`.
 */
export function trainDifficulty(rows: readonly LabelledPrompt[], options: TrainingOptions = {}): DifficultyModel {
  const { seed = DEFAULT_SEED, folds = DEFAULT_FOLDS, onProgress, onReport } = options;
  const share = folds / (folds + 1);
  const { percentiles, report } = crossValidate(rows, {
    folds,
    seed,
    onProgress: (done) => onProgress?.(done * share),
  });
  onReport?.(report);
  const learned = fitWeights(examplesOf(rows), seed, (done) => onProgress?.(share + done * (1 - share)));
  const apgr = Object.entries(report.perGroup).flatMap(([group, { apgr: value }]) =>
    value === undefined ? [] : [[group, value]],
  );
  const facts = { rows: rows.length, seed, folds, apgr: Object.fromEntries(apgr), levels: levelsOf(report) };
  return new DifficultyModel({ ...learned, percentiles, facts });
}

function levelsOf(report: DifficultyReport): Record<string, LevelResult> {
  return Object.fromEntries(
    Object.entries(AUTO_LEVELS).map(([level, threshold]) => {
      const strongShare = Math.round((1 - threshold) * 10) / 10;
      const recovered = report.pgrAt[String(strongShare)];
      return [level, { threshold, strongShare, ...(recovered === undefined ? {} : { recovered }) }];
    }),
  );
}
