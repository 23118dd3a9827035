import type { Filter } from '../candidacy.js';

/**
 * Leaves out targets of providers that whoever sent the request keeps it from: one is at a rate limit of the caller's, or an operator
 * has paused it. No wish of the caller's, and so no policy that leaves wishes aside has a say in it.
 */
export const withheld: Filter = {
  name: 'withheld',
  applies: ({ facts }) => facts.withheldProviders !== undefined,
  reasonAgainst: ({ entry }, { facts }) =>
    facts.withheldProviders?.includes(entry.provider) === true
      ? 'a rate limit for its provider is reached, or an operator has paused it'
      : undefined,
};
