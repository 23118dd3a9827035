import type { PromptFeatures } from '../features/extract-features.js';
import type { PromptKind } from '../features/statistics.js';
import { scoreTrees } from '../learning/boosted-trees.js';
import { scoreFigures } from '../learning/figure-ridge.js';
import { scoreText } from '../learning/text-ridge.js';
import { scoreTopics } from '../learning/topics.js';
import type { RawWeights } from './difficulty-weights.js';

/**
 * How much each part has to say, chosen by cross-validation. What a question with lettered answers is about says most;
 * an open one (mostly a calculation) is judged by its form.
 */
const SAY: Readonly<Record<PromptKind, { text: number; topics: number; figures: number; trees: number }>> = {
  choice: { text: 0.5, topics: 0.3, figures: 0, trees: 0.2 },
  open: { text: 0.1, topics: 0, figures: 0.45, trees: 0.45 },
};

/** The gain that the weights expect of the strong model, about −1 to 1: good for ordering, not yet calibrated. */
export function rawScore(weights: RawWeights, { kind, terms, statistics }: PromptFeatures): number {
  const say = SAY[kind];
  const { figures, trees } = weights.kinds[kind];
  let score = say.text * scoreText(weights.text, terms) + say.trees * scoreTrees(trees, statistics);
  if (say.topics > 0) score += say.topics * scoreTopics(weights.topics, terms);
  if (say.figures > 0) score += say.figures * scoreFigures(figures, statistics);
  return score;
}
