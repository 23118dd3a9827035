import type { Filter } from '../candidacy.js';

/** Leaves out targets that give shorter answers than the caller allows for, where the caller insists on that. */
export const outputLimit: Filter = {
  name: 'output_limit',
  applies: ({ facts, wishes }) => wishes.requireParameters === true && facts.maxCompletionTokens !== undefined,
  reasonAgainst: ({ entry }, { facts }) => {
    const most = entry.limits?.maxOutputTokens;
    if (most === undefined) return 'its longest answer is not known, and the caller requires it';
    return (facts.maxCompletionTokens ?? 0) > most
      ? `its answers have at most ${most} tokens, fewer than ${facts.maxCompletionTokens}`
      : undefined;
  },
};
