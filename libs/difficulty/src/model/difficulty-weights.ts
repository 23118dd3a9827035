import type { PromptKind } from '../features/statistics.js';
import type { BoostedTrees } from '../learning/boosted-trees.js';
import type { FigureWeights } from '../learning/figure-ridge.js';
import type { TextWeights } from '../learning/text-ridge.js';
import type { TopicWeights } from '../learning/topics.js';

/** What a kind of prompts is judged by, beside its text. */
export interface KindWeights {
  readonly figures: FigureWeights;
  readonly trees: BoostedTrees;
}

/** Everything that was learned, before it is turned into a share of the training mix. */
export interface RawWeights {
  readonly text: TextWeights;
  readonly topics: TopicWeights;
  readonly kinds: Readonly<Record<PromptKind, KindWeights>>;
}

/** How one `auto:` level did on prompts that the model had not seen. */
export interface LevelResult {
  /** Prompts with a score of at least this go to the strong model. */
  readonly threshold: number;
  readonly strongShare: number;
  /** The share of the gap between weak and strong that was recovered; absent where there is no gap. */
  readonly recovered?: number;
}

/** Where the weights come from and how good they are on prompts kept out of training. */
export interface TrainingFacts {
  readonly rows: number;
  readonly seed: number;
  readonly folds: number;
  /** Average performance gap recovered in cross-validation, by group of the rows. */
  readonly apgr: Readonly<Record<string, number>>;
  readonly levels: Readonly<Record<string, LevelResult>>;
}

/** A whole trained model. */
export interface DifficultyWeights extends RawWeights {
  /** 101 raw scores of unseen prompts: the lowest, that of one per cent, and so on to the highest. */
  readonly percentiles: Float32Array;
  readonly facts: TrainingFacts;
}
