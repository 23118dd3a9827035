import type { Strategy } from '#libs/contracts';
import type { Order } from '../candidacy.js';
import { byMeasure } from './by-measure.js';

const MILLISECONDS_PER_SECOND = 1_000;

/** The most tokens per second first, at the median of the last minutes; the score is milliseconds for a token. */
export function byThroughput({ tolerance }: Extract<Strategy, { kind: 'highest_throughput' }>): Order {
  return byMeasure({
    valueOf: ({ state }) => {
      const median = state?.tokensPerSecond?.p50;
      return median === undefined || median <= 0 ? undefined : MILLISECONDS_PER_SECOND / median;
    },
    equalUpTo: (best) => best / (1 - tolerance),
    words: (value) => `${Math.round(MILLISECONDS_PER_SECOND / value)} tokens per second (p50)`,
  });
}
