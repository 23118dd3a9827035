import type { Filter } from '../candidacy.js';
import { isClearlyTooLong, tokensOfOneContext } from '../context-fit.policy.js';

/** Leaves out targets whose context window is clearly too short for the prompt. */
export const contextWindow: Filter = {
  name: 'context_window',
  applies: () => true,
  reasonAgainst: ({ entry }, { facts }) =>
    isClearlyTooLong(facts, entry)
      ? `its context window of ${entry.limits?.contextWindow} tokens is too short for about ${tokensOfOneContext(facts)}`
      : undefined,
};
