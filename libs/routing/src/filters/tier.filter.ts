import type { Filter } from '../candidacy.js';
import { denialOf } from '../access.policy.js';
import { mayFind } from './may-find.js';

/** Leaves out targets that are not for the caller's tier. */
export const tier: Filter = {
  name: 'tier',
  applies: (consideration) => mayFind(consideration, (features) => features.access),
  reasonAgainst: ({ entry }, { facts }) =>
    entry.access && denialOf(entry.access, facts) === 'tier'
      ? `it is not for callers of the tier '${facts.tier ?? 'none'}'`
      : undefined,
};
