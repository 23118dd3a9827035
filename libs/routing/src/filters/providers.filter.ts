import type { Filter } from '../candidacy.js';
import { isRequired, unmetRequirement, type RequirementCheck } from './unmet-requirement.js';

/** Leaves out targets of providers that a policy does not allow. */
export const providers: Filter = {
  name: 'providers',
  applies: (consideration) =>
    isRequired(consideration, (required) => required.providers !== undefined || required.notProviders !== undefined),
  reasonAgainst: (candidacy, consideration) => unmetRequirement(candidacy, consideration, check),
};

const check: RequirementCheck = (required, { entry: { provider } }) =>
  (required.providers && !required.providers.includes(provider)) || required.notProviders?.includes(provider)
    ? 'policy does not allow its provider for this request'
    : undefined;
