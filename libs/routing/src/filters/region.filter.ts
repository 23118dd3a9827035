import type { Filter } from '../candidacy.js';
import { isRequired, unmetRequirement, type RequirementCheck } from './unmet-requirement.js';

/** Leaves out targets outside the regions that data may go to. A region that is not known is outside. */
export const region: Filter = {
  name: 'region',
  applies: (consideration) => isRequired(consideration, ({ regions }) => regions !== undefined),
  reasonAgainst: (candidacy, consideration) => unmetRequirement(candidacy, consideration, check),
};

const check: RequirementCheck = ({ regions }, { placed: { region: own } }) => {
  if (!regions) return undefined;
  if (own === undefined) return `its region is not known, and it must be one of ${regions.join(', ')}`;
  return regions.includes(own) ? undefined : `its region ${own} is not among ${regions.join(', ')}`;
};
