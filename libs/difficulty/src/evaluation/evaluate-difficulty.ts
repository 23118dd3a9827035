import type { DifficultyModel } from '../model/difficulty-model.js';
import type { LabelledPrompt } from '../training/labelled-prompt.js';
import { evaluateScores, type DifficultyReport } from './evaluate-scores.js';

/**
 * Judges a model on labelled prompts. On rows that it was trained on this says nothing of its worth: use
 * `crossValidate`, or rows kept apart.
 */
export function evaluateDifficulty(model: DifficultyModel, rows: readonly LabelledPrompt[]): DifficultyReport {
  return evaluateScores(
    rows,
    rows.map(({ prompt }) => model.score(prompt)),
  );
}
