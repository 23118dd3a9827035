import type { Filter } from '../candidacy.js';
import { isWithin } from '../time-window.policy.js';
import { mayFind } from './may-find.js';

/** Leaves out targets that are for other hours or days. */
export const window: Filter = {
  name: 'window',
  applies: (consideration) => mayFind(consideration, (features) => features.window),
  reasonAgainst: ({ entry }, { live }) =>
    entry.window && !isWithin(entry.window, live.now) ? 'it is not in use at this time' : undefined,
};
