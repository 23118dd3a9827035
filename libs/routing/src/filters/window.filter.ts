import type { Filter } from '../candidacy.js';
import { isWithin } from '../time-window.policy.js';
import { mayHave } from './target-features.js';

/** Leaves out targets that are for other hours or days. */
export const window: Filter = {
  name: 'window',
  applies: (consideration) => mayHave(consideration, 'window'),
  reasonAgainst: ({ entry }, { live }) =>
    entry.window && !isWithin(entry.window, live.now) ? 'it is not in use at this time' : undefined,
};
