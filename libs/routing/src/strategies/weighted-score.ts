import type { Strategy } from '#libs/contracts';
import type { Candidacy, Consideration, Order } from '../candidacy.js';
import { costEstimate } from '../estimated-cost.policy.js';
import { drawsOf } from './draws.js';
import { figuresOf } from './figures.js';
import { explored, EXPLORED_SHARE } from './exploration.js';
import { byWeight } from './weighted.js';

type ScoreStrategy = Extract<Strategy, { kind: 'score' }>;
type PartName = 'quality' | 'cost' | 'latency' | 'throughput';

interface Part {
  readonly isMoreBetter: boolean;
  valueOf(candidacy: Candidacy, consideration: Consideration): number | undefined;
  words(value: number): string;
}

const PARTS: Readonly<Record<PartName, Part>> = {
  quality: { isMoreBetter: true, valueOf: ({ entry }) => entry.quality, words: (value) => `quality ${value}` },
  cost: {
    isMoreBetter: false,
    valueOf: ({ placed }, { facts }) => costEstimate(facts, placed),
    words: (value) => `cost about ${Math.round(value)} nano-USD`,
  },
  latency: {
    isMoreBetter: false,
    valueOf: ({ state }) => state?.firstTokenMilliseconds?.p50,
    words: (value) => `first token ${Math.round(value)} ms`,
  },
  throughput: {
    isMoreBetter: true,
    valueOf: ({ state }) => state?.tokensPerSecond?.p50,
    words: (value) => `${Math.round(value)} tokens per second`,
  },
};
const NAMES: readonly PartName[] = ['quality', 'cost', 'latency', 'throughput'];
const MEASURED: ReadonlySet<PartName> = new Set(['latency', 'throughput']);
/** Shares as they are written, to the thousandth: to write a fraction anew for each reason would take a tenth of a decision. */
const THOUSANDTHS: readonly string[] = Array.from({ length: 1_001 }, (_, index) => `${index / 1_000}`);

/** One part over all candidates: its values, and how good each is in comparison, from 0 to 1. */
interface Column {
  readonly name: PartName;
  readonly weight: number;
  /** NaN where nothing is known. */
  readonly values: Float64Array;
  readonly goodness: Float64Array;
}

/**
 * The highest weighted sum first. Each part is relative to the best candidate of the group: that has 1, one that is half as good
 * (twice as dear or slow) one half. What is not known of a candidate counts as the mean of the others. The score is what is missing
 * to 1, so that lower is better here too; equals in a weighted draw. A candidate without measurements that matter comes first in
 * a small share of the decisions. Where nothing weighs, all are drawn by weight.
 */
export function byWeightedScore(strategy: ScoreStrategy): Order {
  const names = NAMES.filter((name) => strategy[name] > 0);
  const total = names.reduce((sum, name) => sum + strategy[name], 0);
  if (total === 0) return byWeight;
  return (candidacies, consideration) => {
    const isExploring = consideration.random() < EXPLORED_SHARE;
    const columns = names.map((name) => columnOf(name, strategy[name], { candidacies, consideration }));
    const keys = lacksOf(columns, candidacies.length, total);
    const draws = drawsOf(candidacies, consideration.random);
    if (isExploring) explored({ keys, draws }, isMeasuredIn(columns));
    return {
      keys,
      draws,
      isScored: true,
      reasonOf: (index) =>
        keys[index] === -Infinity ? 'not measured lately, tried first to be measured' : reasonOf(columns, index),
    };
  };
}

function columnOf(
  name: PartName,
  weight: number,
  { candidacies, consideration }: { candidacies: readonly Candidacy[]; consideration: Consideration },
): Column {
  const part = PARTS[name];
  const values = figuresOf(candidacies, (candidacy) => part.valueOf(candidacy, consideration) ?? Number.NaN);
  return { name, weight, values, goodness: goodnessOf(values, part.isMoreBetter) };
}

/** What is missing to a sum of 1. */
function lacksOf(columns: readonly Column[], count: number, total: number): Float64Array {
  const sums = new Float64Array(count);
  for (const { weight, goodness } of columns) {
    for (let index = 0; index < count; index++) sums[index] = (sums[index] ?? 0) + weight * (goodness[index] ?? 0);
  }
  for (let index = 0; index < count; index++) sums[index] = 1 - (sums[index] ?? 0) / total;
  return sums;
}

function isMeasuredIn(columns: readonly Column[]): (index: number) => boolean {
  const measured = columns.filter(({ name }) => MEASURED.has(name));
  return (index) => measured.every(({ values }) => !Number.isNaN(values[index]));
}

function goodnessOf(values: Float64Array, isMoreBetter: boolean): Float64Array {
  const best = bestOf(values, isMoreBetter);
  const goodness = new Float64Array(values.length);
  let sum = 0;
  let known = 0;
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? Number.NaN;
    const relative = isMoreBetter ? ratio(value, best) : ratio(best, value);
    goodness[index] = relative;
    if (Number.isNaN(relative)) continue;
    sum += relative;
    known++;
  }
  if (known === values.length) return goodness;
  const mean = known === 0 ? 0 : sum / known;
  for (const [index, value] of goodness.entries()) if (Number.isNaN(value)) goodness[index] = mean;
  return goodness;
}

function bestOf(values: Float64Array, isMoreBetter: boolean): number {
  let best = Number.NaN;
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? Number.NaN;
    const isBetter = Number.isNaN(best) || (isMoreBetter ? value > best : value < best);
    if (isBetter) best = value;
  }
  return best;
}

/** Of two amounts, of which the part is never more than the whole; equal ones are 1 even where they are nothing. */
function ratio(part: number, whole: number): number {
  return part === whole ? 1 : part / whole;
}

function reasonOf(columns: readonly Column[], index: number): string {
  let reason = '';
  for (const { name, values, goodness, weight } of columns) {
    const value = values[index] ?? Number.NaN;
    const words = Number.isNaN(value) ? `${name} not known` : PARTS[name].words(value);
    const good = THOUSANDTHS[Math.round((goodness[index] ?? 0) * 1_000)];
    reason += `${reason === '' ? '' : ', '}${words} (${good} × ${weight})`;
  }
  return reason;
}
