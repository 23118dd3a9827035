import { TERM_BUCKETS } from '../features/hashed-terms.js';
import type { PromptKind } from '../features/statistics.js';
import type { TextWeights } from '../learning/text-ridge.js';
import { TOPIC_BUCKETS, type TopicWeights } from '../learning/topics.js';
import type { DifficultyWeights, KindWeights, TrainingFacts } from './difficulty-weights.js';
import { ArrayPacker, ArrayUnpacker } from './packed-arrays.js';
import { readRows, rowsOf } from './sparse-rows.js';

/** Turns a model into bytes. The weights of words keep 8 bits, and buckets that hardly any text had are left out. */
export function packModel(model: DifficultyWeights): Uint8Array {
  const packer = new ArrayPacker();
  addText(packer, model.text);
  addTopics(packer, model.topics);
  addKind(packer, 'choice', model.kinds.choice);
  addKind(packer, 'open', model.kinds.open);
  packer.add('percentiles', model.percentiles, 'float32');
  return packer.pack(model.facts);
}

/** Reads a packed model. Throws `UnreadableModel`. */
export function unpackModel(bytes: Uint8Array): DifficultyWeights {
  const packed = new ArrayUnpacker(bytes);
  return {
    text: textFrom(packed),
    topics: topicsFrom(packed),
    kinds: { choice: kindFrom(packed, 'choice'), open: kindFrom(packed, 'open') },
    percentiles: packed.floats('percentiles'),
    facts: packed.facts as TrainingFacts,
  };
}

function addText(packer: ArrayPacker, { rarity, weights, intercept }: TextWeights): void {
  const kept = rowsOf(rarity, 1);
  packer.add('text.kept', kept.bitmap, 'bytes');
  packer.add('text.rarity', kept.values, 'rounded');
  packer.add('text.weights', kept.select(weights), 'rounded');
  packer.add('text.intercept', [intercept], 'float32');
}

function textFrom(packed: ArrayUnpacker): TextWeights {
  const kept = packed.bytes('text.kept');
  return {
    rarity: readRows(kept, packed.floats('text.rarity'), { rows: TERM_BUCKETS, width: 1 }),
    weights: readRows(kept, packed.floats('text.weights'), { rows: TERM_BUCKETS, width: 1 }),
    intercept: packed.floats('text.intercept')[0]!,
  };
}

function addTopics(packer: ArrayPacker, { vectors, dimensions, groups, biases, gains }: TopicWeights): void {
  const kept = rowsOf(vectors, dimensions);
  packer.add('topics.kept', kept.bitmap, 'bytes');
  packer.add('topics.vectors', kept.values, 'rounded');
  packer.add('topics.groups', groups, 'float32');
  packer.add('topics.biases', biases, 'float32');
  packer.add('topics.gains', gains, 'float32');
}

function topicsFrom(packed: ArrayUnpacker): TopicWeights {
  const groups = packed.floats('topics.groups');
  const biases = packed.floats('topics.biases');
  const dimensions = groups.length / biases.length;
  const shape = { rows: TOPIC_BUCKETS, width: dimensions };
  const vectors = readRows(packed.bytes('topics.kept'), packed.floats('topics.vectors'), shape);
  return { dimensions, vectors, groups, biases, gains: packed.floats('topics.gains') };
}

function addKind(packer: ArrayPacker, kind: PromptKind, { figures, trees }: KindWeights): void {
  packer.add(`${kind}.means`, figures.means, 'float32');
  packer.add(`${kind}.scales`, figures.scales, 'float32');
  packer.add(`${kind}.weights`, figures.weights, 'float32');
  packer.add(`${kind}.tree.figures`, trees.figures, 'bytes');
  packer.add(`${kind}.tree.thresholds`, trees.thresholds, 'float32');
  packer.add(`${kind}.tree.leaves`, trees.leaves, 'float32');
  packer.add(`${kind}.intercepts`, [figures.intercept, trees.intercept], 'float32');
}

function kindFrom(packed: ArrayUnpacker, kind: PromptKind): KindWeights {
  const intercepts = packed.floats(`${kind}.intercepts`);
  return {
    figures: {
      means: packed.floats(`${kind}.means`),
      scales: packed.floats(`${kind}.scales`),
      weights: packed.floats(`${kind}.weights`),
      intercept: intercepts[0]!,
    },
    trees: {
      figures: packed.bytes(`${kind}.tree.figures`),
      thresholds: packed.floats(`${kind}.tree.thresholds`),
      leaves: packed.floats(`${kind}.tree.leaves`),
      intercept: intercepts[1]!,
    },
  };
}
