import { TERM_BUCKETS, type HashedTerms } from '../features/hashed-terms.js';

/** Weights of the hashed terms of a text, with what makes rare terms count more than common ones. */
export interface TextWeights {
  /** By bucket: ln((1 + texts) / (1 + texts with it)) + 1, or 0 for a bucket that hardly any text has. */
  readonly rarity: Float32Array;
  /** By bucket. */
  readonly weights: Float32Array;
  readonly intercept: number;
}

const ROUNDS = 40;
const PRECISE_ENOUGH = 1e-6;

/** What the weights make of a text: the intercept and the weighted mean of its terms, as a vector of length 1. */
export function scoreText(model: TextWeights, terms: HashedTerms): number {
  let sum = 0;
  let squares = 0;
  for (let index = 0; index < terms.buckets.length; index++) {
    const bucket = terms.buckets[index]!;
    const value = terms.weights[index]! * model.rarity[bucket]!;
    sum += value * model.weights[bucket]!;
    squares += value * value;
  }
  return model.intercept + (squares > 0 ? sum / Math.sqrt(squares) : 0);
}

/**
 * Ridge regression of `targets` on tf-idf vectors, by conjugate gradients on the normal equations. `penalty` is the weight
 * of the squared length of the weights against the sum of squared errors; the intercept goes free.
 */
export function fitTextRidge(texts: readonly HashedTerms[], targets: Float64Array, penalty: number): TextWeights {
  const rarity = raritiesOf(texts);
  const rows = vectorsOf(texts, rarity);
  const solution = solve(rows, targets, penalty);
  return { rarity, weights: Float32Array.from(solution.subarray(0, TERM_BUCKETS)), intercept: solution[TERM_BUCKETS]! };
}

const FEWEST_TEXTS = 3;

function raritiesOf(texts: readonly HashedTerms[]): Float32Array {
  const rarity = new Float32Array(TERM_BUCKETS);
  for (const { buckets } of texts) for (const bucket of buckets) rarity[bucket]! += 1;
  for (let bucket = 0; bucket < TERM_BUCKETS; bucket++) {
    const having = rarity[bucket]!;
    rarity[bucket] = having < FEWEST_TEXTS ? 0 : Math.log((1 + texts.length) / (1 + having)) + 1;
  }
  return rarity;
}

interface Rows {
  readonly starts: Int32Array;
  readonly buckets: Int32Array;
  readonly values: Float32Array;
}

function vectorsOf(texts: readonly HashedTerms[], rarity: Float32Array): Rows {
  const total = texts.reduce((sum, { buckets }) => sum + buckets.length, 0);
  const rows = {
    starts: new Int32Array(texts.length + 1),
    buckets: new Int32Array(total),
    values: new Float32Array(total),
  };
  let end = 0;
  for (const [row, terms] of texts.entries()) {
    const start = end;
    let squares = 0;
    for (let index = 0; index < terms.buckets.length; index++) {
      const bucket = terms.buckets[index]!;
      const value = terms.weights[index]! * rarity[bucket]!;
      if (value === 0) continue;
      rows.buckets[end] = bucket;
      rows.values[end++] = value;
      squares += value * value;
    }
    for (let index = start; index < end; index++) rows.values[index]! /= Math.sqrt(squares);
    rows.starts[row + 1] = end;
  }
  return rows;
}

/** Conjugate gradients for (XᵀX + penalty) w = Xᵀ y; the last coordinate is the intercept, which is not penalised. */
function solve(rows: Rows, targets: Float64Array, penalty: number): Float64Array {
  const solution = new Float64Array(TERM_BUCKETS + 1);
  const residual = transposed(rows, targets);
  const direction = residual.slice();
  let squares = dot(residual, residual);
  const enough = squares * PRECISE_ENOUGH;
  for (let round = 0; round < ROUNDS && squares > enough; round++) {
    const image = transposed(rows, applied(rows, direction));
    for (let index = 0; index < TERM_BUCKETS; index++) image[index]! += penalty * direction[index]!;
    const step = squares / dot(direction, image);
    for (let index = 0; index < solution.length; index++) {
      solution[index]! += step * direction[index]!;
      residual[index]! -= step * image[index]!;
    }
    const next = dot(residual, residual);
    for (let index = 0; index < solution.length; index++)
      direction[index] = residual[index]! + (next / squares) * direction[index]!;
    squares = next;
  }
  return solution;
}

function applied({ starts, buckets, values }: Rows, weights: Float64Array): Float64Array {
  const result = new Float64Array(starts.length - 1);
  for (let row = 0; row < result.length; row++) {
    let sum = weights[TERM_BUCKETS]!;
    for (let index = starts[row]!; index < starts[row + 1]!; index++) sum += values[index]! * weights[buckets[index]!]!;
    result[row] = sum;
  }
  return result;
}

function transposed({ starts, buckets, values }: Rows, figures: Float64Array): Float64Array {
  const result = new Float64Array(TERM_BUCKETS + 1);
  for (let row = 0; row < figures.length; row++) {
    const figure = figures[row]!;
    result[TERM_BUCKETS]! += figure;
    for (let index = starts[row]!; index < starts[row + 1]!; index++)
      result[buckets[index]!]! += values[index]! * figure;
  }
  return result;
}

function dot(one: Float64Array, other: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < one.length; index++) sum += one[index]! * other[index]!;
  return sum;
}
