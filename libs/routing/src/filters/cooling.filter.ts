import type { Filter } from '../candidacy.js';
import { isWaitedFor } from './waiting-lane.js';

/** Leaves out targets whose provider has asked to be left alone for now. */
export const cooling: Filter = {
  name: 'cooling',
  applies: ({ facts, signs }) => signs.isUnwell && !isWaitedFor(facts),
  reasonAgainst: ({ state }, { live }) =>
    state?.coolingUntil !== undefined && state.coolingUntil > live.now
      ? 'its provider has asked for a pause that is not over'
      : undefined,
};
