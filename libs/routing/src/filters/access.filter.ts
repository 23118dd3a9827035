import type { Filter } from '../candidacy.js';
import { denialOf } from '../access.policy.js';
import { mayFind } from './may-find.js';

/** Leaves out targets that are kept for others. Whom they are kept for is nobody's business but the operator's. */
export const access: Filter = {
  name: 'access',
  applies: (consideration) => mayFind(consideration, (features) => features.access),
  reasonAgainst: ({ entry }, { facts }) =>
    denialOf(entry.access, facts) === 'access' ? 'the caller may not use it' : undefined,
};
