import {
  crossValidate,
  DifficultyModel,
  evaluateDifficulty,
  TooFewRows,
  trainDifficulty,
  type DifficultyReport,
  type LabelledPrompt,
} from '#libs/difficulty';
import { CliError } from '../cli.error.js';

/** What takes long: training a model, judging one, or judging what training on the rows is worth. */
export type LearningWork =
  | { readonly kind: 'train'; readonly rows: readonly LabelledPrompt[]; readonly seed: number; readonly folds: number }
  | { readonly kind: 'judge'; readonly rows: readonly LabelledPrompt[]; readonly model: Uint8Array }
  | {
      readonly kind: 'cross-validate';
      readonly rows: readonly LabelledPrompt[];
      readonly seed: number;
      readonly folds: number;
    };

/** What came of it; a model where one was trained. */
export interface LearningOutcome {
  readonly report: DifficultyReport;
  readonly model?: Uint8Array;
}

/** Carries out work, here or in another thread; `onProgress` is told the share done. */
export type CarryOut = (work: LearningWork, onProgress: (done: number) => void) => Promise<LearningOutcome>;

/** Does the work on this thread, which does nothing else meanwhile. Throws `CliError` where there are too few rows. */
export function carryOutHere(work: LearningWork, onProgress: (done: number) => void): LearningOutcome {
  try {
    if (work.kind === 'train') return train(work, onProgress);
    if (work.kind === 'cross-validate') return { report: crossValidate(work.rows, { ...work, onProgress }).report };
    return { report: evaluateDifficulty(DifficultyModel.load(work.model), work.rows) };
  } catch (error) {
    if (error instanceof TooFewRows) throw new CliError(error.message, { cause: error });
    throw error;
  }
}

function train(
  { rows, seed, folds }: Extract<LearningWork, { kind: 'train' }>,
  onProgress: (done: number) => void,
): LearningOutcome {
  let report: DifficultyReport | undefined;
  const model = trainDifficulty(rows, { seed, folds, onProgress, onReport: (found) => (report = found) }).toBytes();
  if (report === undefined) throw new TypeError('training ended without a report');
  return { report, model };
}
