import type { Filter } from '../candidacy.js';

/** Leaves out targets that cannot read all that the prompt holds. What is not known of a target counts only where the caller insists. */
export const modality: Filter = {
  name: 'modality',
  applies: ({ facts: { inputModalities } }) => inputModalities?.some((held) => held !== 'text') === true,
  reasonAgainst: ({ entry }, { facts, wishes }) => {
    const readable = entry.limits?.inputModalities;
    if (!readable) {
      return wishes.requireParameters
        ? 'it is not known to read more than text, and the caller requires that'
        : undefined;
    }
    for (const held of facts.inputModalities ?? []) {
      if (held !== 'text' && !readable.includes(held)) return `it does not read input of the kind ${held}`;
    }
    return undefined;
  },
};
