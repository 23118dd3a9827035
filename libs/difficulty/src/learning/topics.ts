import type { HashedTerms } from '../features/hashed-terms.js';

/** Buckets of single words for topics: fewer than for terms, since each carries a whole vector. */
export const TOPIC_BUCKETS = 1 << 14;

/**
 * Recognises which group of the training prompts (subject, customer, product, …) a text is like, by a small vector for
 * each word (as in fastText, Joulin et al. 2016), and holds what the mean gain of each group was.
 */
export interface TopicWeights {
  readonly dimensions: number;
  /** TOPIC_BUCKETS × dimensions. */
  readonly vectors: Float32Array;
  /** Groups × dimensions. */
  readonly groups: Float32Array;
  readonly biases: Float32Array;
  /** By group: its mean gain. */
  readonly gains: Float32Array;
}

/**
 * What a text is about: its vector, and after it the gain to be expected of that, which is each group's mean gain weighted
 * by how likely the text is of that group.
 */
export function describeTopic(model: TopicWeights, terms: HashedTerms): Float64Array {
  const text = textVector(model, terms);
  const shares = groupShares(model, text);
  const topic = new Float64Array(model.dimensions + 1);
  topic.set(text);
  for (let group = 0; group < shares.length; group++) topic[model.dimensions]! += shares[group]! * model.gains[group]!;
  return topic;
}

function textVector({ vectors, dimensions }: TopicWeights, { buckets, weights, singles }: HashedTerms): Float64Array {
  const text = new Float64Array(dimensions);
  let total = 0;
  for (let index = 0; index < singles; index++) {
    const from = (buckets[index]! & (TOPIC_BUCKETS - 1)) * dimensions;
    const weight = weights[index]!;
    total += weight;
    for (let place = 0; place < dimensions; place++) text[place]! += weight * vectors[from + place]!;
  }
  for (let place = 0; place < dimensions; place++) text[place]! /= total + 1;
  return text;
}

function groupShares({ groups, biases, dimensions }: TopicWeights, text: Float64Array): Float64Array {
  const shares = Float64Array.from(biases);
  let highest = -Infinity;
  for (let group = 0; group < shares.length; group++) {
    for (let place = 0; place < dimensions; place++)
      shares[group]! += groups[group * dimensions + place]! * text[place]!;
    highest = Math.max(highest, shares[group]!);
  }
  let total = 0;
  for (let group = 0; group < shares.length; group++) {
    shares[group] = Math.exp(shares[group]! - highest);
    total += shares[group]!;
  }
  for (let group = 0; group < shares.length; group++) shares[group]! /= total;
  return shares;
}

/** How topics are learned. */
export interface TopicOptions {
  readonly dimensions: number;
  readonly rounds: number;
  readonly learningRate: number;
  /** Of every word's share of the text, how much is left out at random while learning, so that no single word decides. */
  readonly dropout: number;
  readonly random: () => number;
}

/** Learns topics from the group (0, 1, …) of each text by stochastic gradient descent with a step that falls to 0. */
export function fitTopics(
  texts: readonly HashedTerms[],
  labels: { readonly groups: Int32Array; readonly gains: Float32Array },
  options: TopicOptions,
): TopicWeights {
  const { dimensions, random } = options;
  const isKnown = knownBuckets(texts);
  const model: TopicWeights = {
    dimensions,
    vectors: Float32Array.from({ length: TOPIC_BUCKETS * dimensions }, (_, index) => {
      const start = (random() - 0.5) / dimensions;
      return isKnown[Math.floor(index / dimensions)] === 1 ? start : 0;
    }),
    groups: new Float32Array(labels.gains.length * dimensions),
    biases: new Float32Array(labels.gains.length),
    gains: labels.gains,
  };
  const order = texts.map((_, index) => index);
  const steps = options.rounds * texts.length;
  for (let step = 0; step < steps; step++) {
    const at = step % texts.length;
    if (at === 0) shuffle(order, random);
    const row = order[at]!;
    const rate = options.learningRate * (1 - step / steps);
    learnOne(model, { terms: dropTerms(texts[row]!, options), label: labels.groups[row]!, rate, isKnown });
  }
  return model;
}

const FEWEST_TEXTS = 3;

/** Words that hardly any text has keep an empty vector, so that the weights stay small. */
function knownBuckets(texts: readonly HashedTerms[]): Uint8Array {
  const counts = new Uint32Array(TOPIC_BUCKETS);
  for (const { buckets, singles } of texts)
    for (const bucket of buckets.subarray(0, singles)) counts[bucket & (TOPIC_BUCKETS - 1)]! += 1;
  return Uint8Array.from(counts, (count) => (count >= FEWEST_TEXTS ? 1 : 0));
}

interface Lesson {
  readonly terms: HashedTerms;
  readonly label: number;
  readonly rate: number;
  readonly isKnown: Uint8Array;
}

function learnOne(model: TopicWeights, { terms, label, rate, isKnown }: Lesson): void {
  const { dimensions, groups, biases, vectors } = model;
  const text = textVector(model, terms);
  const shares = groupShares(model, text);
  const back = new Float64Array(dimensions);
  for (let group = 0; group < shares.length; group++) {
    const error = (group === label ? 1 : 0) - shares[group]!;
    const from = group * dimensions;
    biases[group]! += 0.1 * rate * error;
    for (let place = 0; place < dimensions; place++) {
      back[place]! += error * groups[from + place]!;
      groups[from + place]! += rate * error * text[place]!;
    }
  }
  let total = 1;
  for (let index = 0; index < terms.singles; index++) total += terms.weights[index]!;
  for (let index = 0; index < terms.singles; index++) {
    const bucket = terms.buckets[index]! & (TOPIC_BUCKETS - 1);
    if (isKnown[bucket] === 0) continue;
    const from = bucket * dimensions;
    const step = (rate * terms.weights[index]!) / total;
    for (let place = 0; place < dimensions; place++) vectors[from + place]! += step * back[place]!;
  }
}

function dropTerms(terms: HashedTerms, { dropout, random }: TopicOptions): HashedTerms {
  const weights = terms.weights.slice(0, terms.singles);
  for (let index = 0; index < weights.length; index++) if (random() < dropout) weights[index] = 0;
  return { buckets: terms.buckets, weights, singles: terms.singles };
}

function shuffle(order: number[], random: () => number): void {
  for (let index = order.length - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1));
    [order[index], order[other]] = [order[other]!, order[index]!];
  }
}
