import type { Filter } from '../candidacy.js';
import { isWaitedFor } from './waiting-lane.js';

/**
 * Leaves out targets whose breaker is open, or is being probed by somebody else. Once the time of either is over the target
 * stays in, and the worker that calls it takes the probe. There is no way around it where all targets are unwell: calls that
 * will fail would only keep them so.
 */
export const health: Filter = {
  name: 'health',
  applies: ({ facts, signs }) => signs.isUnwell && !isWaitedFor(facts),
  reasonAgainst: ({ state }, { live }) => {
    const breaker = state?.breaker;
    if (!breaker || breaker.until <= live.now) return undefined;
    return breaker.state === 'open'
      ? `its calls have failed lately (${breaker.reason})`
      : 'its calls have failed lately, and one is under way to see whether it is well again';
  },
};
