import type { PromptFeatures } from '../features/extract-features.js';
import type { PromptKind } from '../features/statistics.js';
import { scoreTrees } from '../learning/boosted-trees.js';
import { scoreFigures } from '../learning/figure-ridge.js';
import { scoreText } from '../learning/text-ridge.js';
import type { RawWeights } from './difficulty-weights.js';
import { treeInputs } from './tree-inputs.js';

/**
 * How much each part has to say, chosen by cross-validation. With lettered answers it matters most what the question is
 * about; an open one (mostly a calculation) is judged by its form.
 */
const SAY: Readonly<Record<PromptKind, { text: number; figures: number; trees: number }>> = {
  choice: { text: 0.5, figures: 0, trees: 0.5 },
  open: { text: 0.1, figures: 0.45, trees: 0.45 },
};

/** The gain that the weights expect of the strong model, about −1 to 1: good for ordering, not yet calibrated. */
export function rawScore(weights: RawWeights, features: PromptFeatures): number {
  const say = SAY[features.kind];
  const { figures, trees } = weights.kinds[features.kind];
  const score =
    say.text * scoreText(weights.text, features.terms) +
    say.trees * scoreTrees(trees, treeInputs(weights.topics, features));
  return say.figures > 0 ? score + say.figures * scoreFigures(figures, features.statistics) : score;
}
