import type { PromptFeatures } from '../features/extract-features.js';
import { describeTopic, type TopicWeights } from '../learning/topics.js';

/**
 * What the trees of a prompt's kind look at: the figures of its form, and with lettered answers what it is about. An open
 * question is better judged without: with few of them to learn from, the topic mostly leads astray.
 */
export function treeInputs(topics: TopicWeights, { kind, terms, statistics }: PromptFeatures): Float64Array {
  if (kind === 'open') return statistics;
  const topic = describeTopic(topics, terms);
  const inputs = new Float64Array(statistics.length + topic.length);
  inputs.set(statistics);
  inputs.set(topic, statistics.length);
  return inputs;
}
