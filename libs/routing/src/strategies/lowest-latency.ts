import type { Strategy } from '#libs/contracts';
import type { Order } from '../candidacy.js';
import { byMeasure } from './by-measure.js';

const WORDS = { first_token: 'to the first token', total: 'in all' } as const;

/** The shortest time first, to the first token or in all, at a percentile of the last minutes. */
export function byLatency(strategy: Extract<Strategy, { kind: 'lowest_latency' }>): Order {
  const { measure, percentile, tolerance } = strategy;
  const statistic = measure === 'total' ? 'totalMilliseconds' : 'firstTokenMilliseconds';
  const name = `p${percentile}` as const;
  return byMeasure({
    valueOf: ({ state }) => state?.[statistic]?.[name],
    equalUpTo: (best) => best * (1 + tolerance),
    words: (value) => `${Math.round(value)} ms ${WORDS[measure]} (${name})`,
  });
}
