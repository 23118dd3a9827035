import { hashText } from './hash-text.js';

/**
 * A sequence of numbers in [0, 1) that is the same for the same seed, so that a decision can be replayed: FNV-1a over the
 * seed's characters starts a mulberry32 generator.
 */
export function seededRandom(seed: string): () => number {
  let state = hashText(seed);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
