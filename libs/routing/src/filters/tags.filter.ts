import type { Candidacy, Filter } from '../candidacy.js';

/** Leaves out targets without a tag that a rule asks for. */
export const tags: Filter = {
  name: 'tags',
  applies: ({ onlyTags, hasOtherModels }) => hasOtherModels || onlyTags.length > 0,
  reasonAgainst: (candidacy, { onlyTags }) =>
    missing(onlyTags, candidacy) ?? (candidacy.further && missing(candidacy.further.onlyTags, candidacy)),
};

function missing(lists: readonly (readonly string[])[], { entry }: Candidacy): string | undefined {
  for (const list of lists) {
    if (!list.some((tag) => entry.tags?.includes(tag))) return `it has none of the tags ${list.join(', ')}`;
  }
  return undefined;
}
