import type { Filter } from '../candidacy.js';
import { exceedsClearly, isClearlyTooLong, tokensOfOneContext } from '../context-fit.policy.js';
import { mayFind } from './may-find.js';

/** Leaves out targets whose context window is clearly too short for the prompt. */
export const contextWindow: Filter = {
  name: 'context_window',
  applies: (consideration) =>
    mayFind(consideration, (features) => exceedsClearly(consideration.facts, features.leastContextWindow)),
  reasonAgainst: ({ entry }, { facts }) =>
    isClearlyTooLong(facts, entry)
      ? `its context window of ${entry.limits?.contextWindow} tokens is too short for about ${tokensOfOneContext(facts)}`
      : undefined,
};
