import type { Filter } from '../candidacy.js';
import { denialOf } from '../access.policy.js';

/** Leaves out targets that are not for the caller's tier. */
export const tier: Filter = {
  name: 'tier',
  applies: () => true,
  reasonAgainst: ({ entry }, { facts }) =>
    entry.access && denialOf(entry.access, facts) === 'tier'
      ? `it is not for callers of the tier '${facts.tier ?? 'none'}'`
      : undefined,
};
