import { distance } from 'fastest-levenshtein';

const LONGEST_NAME = 100;

/** The one of `names` that a mistyped name most likely meant: within a third of its length in edits, at least two. */
export function nearestName(given: string, names: readonly string[]): string | undefined {
  if (given.length > LONGEST_NAME) return undefined;
  const ranked = names
    .map((name) => ({ name, edits: distance(given.toLowerCase(), name.toLowerCase()) }))
    .toSorted((left, right) => left.edits - right.edits);
  const [best] = ranked;
  return best && best.edits <= Math.max(2, Math.floor(given.length / 3)) ? best.name : undefined;
}

/** A sentence's end: the nearest name, or else all of them. */
export function suggestName(given: string, names: readonly string[]): string {
  const nearest = nearestName(given, names);
  if (nearest !== undefined) return `did you mean "${nearest}"?`;
  return names.length === 0 ? 'there are none' : `there ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}`;
}
