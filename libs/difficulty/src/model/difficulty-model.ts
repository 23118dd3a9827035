import { extractFeatures, type PromptFeatures } from '../features/extract-features.js';
import type { DifficultyWeights, TrainingFacts } from './difficulty-weights.js';
import { packModel, unpackModel } from './pack-model.js';
import { shareBelow } from './percentile.js';
import { rawScore } from './raw-score.js';

/**
 * Predicts from a prompt's text alone how much a strong model would gain over a weak one. Pure: no I/O, the same text gives
 * the same score, and the work is bounded whatever the length of the text.
 */
export class DifficultyModel {
  constructor(private readonly weights: DifficultyWeights) {}

  /** Reads what `toBytes` wrote. Throws `UnreadableModel`. */
  static load(bytes: Uint8Array): DifficultyModel {
    return new DifficultyModel(unpackModel(bytes));
  }

  /** How the model came about, and how good it was on prompts kept out of training. */
  get facts(): TrainingFacts {
    return this.weights.facts;
  }

  /**
   * From 0 (a weak model will do) to 1 (a strong one is needed): the share of the training mix, scored without having been
   * trained on, that is easier than this prompt. So the threshold t sends about 1 − t of like traffic to the strong model.
   */
  score(prompt: string): number {
    return this.scoreFeatures(extractFeatures(prompt));
  }

  /** The same, of features read before. */
  scoreFeatures(features: PromptFeatures): number {
    return shareBelow(this.weights.percentiles, rawScore(this.weights, features));
  }

  /** The model as bytes, a few hundred KB, from which no prompt can be read. */
  toBytes(): Uint8Array {
    return packModel(this.weights);
  }
}
