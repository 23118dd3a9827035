import type { Filter } from '../candidacy.js';
import { mayFind } from './may-find.js';
import { unmetRequirement, type RequirementCheck } from './unmet-requirement.js';

/** Leaves out targets outside the regions that data may go to. A region that is not known is outside. */
export const region: Filter = {
  name: 'region',
  applies: (consideration) =>
    mayFind(consideration, ({ regions: own }) =>
      consideration.requirements.some(
        ({ regions }) => regions !== undefined && own.some((name) => name === undefined || !regions.includes(name)),
      ),
    ),
  reasonAgainst: (candidacy, consideration) => unmetRequirement(candidacy, consideration, check),
};

const check: RequirementCheck = ({ regions }, { placed: { region: own } }) => {
  if (!regions) return undefined;
  if (own === undefined) return `its region is not known, and it must be one of ${regions.join(', ')}`;
  return regions.includes(own) ? undefined : `its region ${own} is not among ${regions.join(', ')}`;
};
