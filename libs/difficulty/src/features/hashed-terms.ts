import type { Tokens } from './scan-tokens.js';

/** Buckets that terms are hashed into. */
export const TERM_BUCKETS = 1 << 18;

/** Which terms a text has: `buckets[i]` occurs with weight `weights[i]` = 1 + ln(times). No bucket is named twice. */
export interface HashedTerms {
  readonly buckets: Int32Array;
  readonly weights: Float32Array;
  /** How many of them, the first ones, are single words, numbers or symbols of the whole text. */
  readonly singles: number;
}

// Reused by every call: which place of the list a bucket has. A call cleans up what it wrote.
const places = new Int32Array(TERM_BUCKETS);

/** Tell a word of the question from the same word of an offered answer. */
const OF_THE_QUESTION = 0x1234567;
const OF_AN_ANSWER = 0x51ed270b;

/**
 * Counts the words, symbols and number lengths of a text, and each two that stand together, by the buckets of their hashes. Where
 * answers are offered, which begin at the token `answersFrom`, words count once more by the part that they stand in.
 */
export function hashTerms(tokens: Tokens, answersFrom: number): HashedTerms {
  const { count, hashes } = tokens;
  const buckets = new Int32Array(3 * count);
  const times = new Float32Array(3 * count);
  let size = 0;
  for (let index = 0; index < count; index++) size = countTerm(bucketOf(hashes[index]!), size, buckets, times);
  const singles = size;
  for (let index = 1; index < count; index++) {
    const pair = Math.imul(hashes[index - 1]!, 0x2c1b3c6d) ^ hashes[index]!;
    size = countTerm(bucketOf(pair), size, buckets, times);
  }
  const counted = answersFrom < count ? count : 0;
  for (let index = 0; index < counted; index++) {
    const part = index < answersFrom ? OF_THE_QUESTION : OF_AN_ANSWER;
    size = countTerm(bucketOf(hashes[index]! ^ part), size, buckets, times);
  }
  for (let place = 0; place < size; place++) {
    places[buckets[place]!] = 0;
    times[place] = 1 + Math.log(times[place]!);
  }
  return { buckets: buckets.subarray(0, size), weights: times.subarray(0, size), singles };
}

function countTerm(bucket: number, size: number, buckets: Int32Array, times: Float32Array): number {
  const place = places[bucket]! - 1;
  if (place >= 0) {
    times[place]! += 1;
    return size;
  }
  buckets[size] = bucket;
  times[size] = 1;
  places[bucket] = size + 1;
  return size + 1;
}

/** The last mixing steps of MurmurHash3, which spread hashes that differ little over all buckets. */
function bucketOf(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  mixed ^= mixed >>> 16;
  return mixed & (TERM_BUCKETS - 1);
}
