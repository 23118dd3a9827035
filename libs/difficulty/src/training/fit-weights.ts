import type { PromptFeatures } from '../features/extract-features.js';
import type { PromptKind } from '../features/statistics.js';
import { fitTrees, joinTrees, type BoostedTrees, type TreeOptions } from '../learning/boosted-trees.js';
import { fitFigureRidge } from '../learning/figure-ridge.js';
import { seededNumbers } from '../learning/seeded-numbers.js';
import { fitTextRidge } from '../learning/text-ridge.js';
import { fitTopics, type TopicWeights } from '../learning/topics.js';
import type { KindWeights, RawWeights } from '../model/difficulty-weights.js';
import { treeInputs } from '../model/tree-inputs.js';

/** One row ready for learning. */
export interface Example {
  readonly features: PromptFeatures;
  /** How well each of the two models answered, 0 to 1. */
  readonly weak: number;
  readonly strong: number;
  readonly topic: string;
}

const TEXT_PENALTY = 5;
const TOPICS = { dimensions: 24, rounds: 12, learningRate: 1, dropout: 0.5 };
/** A topic's mean gain is drawn towards that of all rows, as if it had so many rows more with that mean. */
const TOPIC_PRIOR = 10;
const GROWTH = { bags: 4, learningRate: 0.03, rowShare: 0.5, figureShare: 0.3 };
const BY_KIND = {
  choice: { figurePenalty: 10_000, trees: { trees: 150, fewestRows: 30, penalty: 20 } },
  open: { figurePenalty: 2_000, trees: { trees: 100, fewestRows: 20, penalty: 10 } },
};
/** With fewer rows of a kind than this, the kind is judged by weights learned from all rows. */
const FEWEST_OF_A_KIND = 200;

/** The share of the work that is done after each part of it, about. */
const DONE = { text: 0.1, topics: 0.35, choice: 0.8, open: 1 };

/**
 * Learns everything but the calibration; the same rows and seed give the same weights. `onProgress` is called with the share
 * of the work done.
 */
export function fitWeights(
  examples: readonly Example[],
  seed: number,
  onProgress: (done: number) => void = () => undefined,
): RawWeights {
  const texts = examples.map(({ features }) => features.terms);
  const gains = gainsOf(examples);
  const text = fitTextRidge(texts, gains, TEXT_PENALTY);
  onProgress(DONE.text);
  const topics = learnTopics(examples, seed);
  onProgress(DONE.topics);
  const fitKind = (kind: PromptKind): KindWeights => {
    const learned = learnKind(kind, { examples, topics, seed });
    onProgress(DONE[kind]);
    return learned;
  };
  return { text, topics, kinds: { choice: fitKind('choice'), open: fitKind('open') } };
}

function learnTopics(examples: readonly Example[], seed: number): TopicWeights {
  const names = [...new Set(examples.map(({ topic }) => topic))];
  const places = new Map(names.map((name, place) => [name, place]));
  const groups = Int32Array.from(examples, ({ topic }) => places.get(topic)!);
  const mean = examples.reduce((sum, example) => sum + gainOf(example), 0) / Math.max(1, examples.length);
  const sums = names.map(() => ({ gain: TOPIC_PRIOR * mean, rows: TOPIC_PRIOR }));
  for (const [row, example] of examples.entries()) {
    const sum = sums[groups[row]!]!;
    sum.gain += gainOf(example);
    sum.rows += 1;
  }
  const gains = Float32Array.from(sums, ({ gain, rows }) => gain / rows);
  const texts = examples.map(({ features }) => features.terms);
  return fitTopics(texts, { groups, gains }, { ...TOPICS, random: seededNumbers(seed + 1) });
}

interface Learning {
  readonly examples: readonly Example[];
  readonly topics: TopicWeights;
  readonly seed: number;
}

function learnKind(kind: PromptKind, { examples, topics, seed }: Learning): KindWeights {
  const ofKind = examples.filter(({ features }) => features.kind === kind);
  const chosen = ofKind.length < FEWEST_OF_A_KIND ? examples : ofKind;
  const figures = chosen.map(({ features }) => features.statistics);
  // As if all were of this kind: with few of them, rows of the other kind are learned from too.
  const inputs = chosen.map(({ features }) => treeInputs(topics, { ...features, kind }));
  const growth: TreeOptions = { ...GROWTH, ...BY_KIND[kind].trees, random: seededNumbers(seed + 2) };
  return {
    figures: fitFigureRidge(figures, gainsOf(chosen), BY_KIND[kind].figurePenalty),
    trees: treesOfBoth(inputs, chosen, growth),
  };
}

/**
 * The gain is what the weak model lacks less what the strong one lacks. Each is learned by itself, since what makes them fail is
 * not the same; most rows say nothing of the difference, and all of them something of both.
 */
function treesOfBoth(inputs: readonly Float64Array[], examples: readonly Example[], growth: TreeOptions): BoostedTrees {
  const lacks = Float64Array.from(examples, ({ weak }) => 1 - weak);
  const lacksLess = Float64Array.from(examples, ({ strong }) => strong - 1);
  return joinTrees(fitTrees(inputs, lacks, growth), fitTrees(inputs, lacksLess, growth));
}

function gainsOf(examples: readonly Example[]): Float64Array {
  return Float64Array.from(examples, gainOf);
}

function gainOf({ weak, strong }: Example): number {
  return strong - weak;
}
