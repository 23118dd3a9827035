import type { Filter } from '../candidacy.js';
import { mayFind } from './may-find.js';

/** Leaves out targets whose price has no amount for the operation: what cannot be charged is not bought. */
export const unpriced: Filter = {
  name: 'price',
  applies: (consideration) =>
    mayFind(consideration, (features) => features.unpriced.has(consideration.facts.operation)),
  reasonAgainst: ({ placed }, { facts: { operation } }) => {
    const missing = placed.missingAmounts.get(operation);
    return missing === undefined ? undefined : `it has no price for ${operation} requests ('${missing}' is missing)`;
  },
};
