import type { Filter } from '../candidacy.js';
import { isNamed } from '../wished-provider.policy.js';

/** Leaves out targets of providers that the caller does not want: `only`, `ignore`, and `order` without fallbacks. */
export const wishedProviders: Filter = {
  name: 'wished_providers',
  applies: ({ wishes: { only, ignore, order, allowFallbacks } }) =>
    only !== undefined || ignore !== undefined || (order !== undefined && allowFallbacks === false),
  reasonAgainst: ({ placed }, { wishes: { only, ignore, order, allowFallbacks } }) => {
    if (only && !isNamed(only, placed)) return 'its provider is not among those that the caller names in only';
    if (ignore && isNamed(ignore, placed)) return 'the caller ignores its provider';
    if (allowFallbacks === false && order && !isNamed(order, placed)) {
      return "its provider is not in the caller's order, and the caller allows no fallbacks";
    }
    return undefined;
  },
};
