import { distance } from 'fastest-levenshtein';

/** The one of `names` that a mistyped name most likely meant: within a third of its length in edits, at least two. */
export function nearestName(given: string, names: readonly string[]): string | undefined {
  const word = given.slice(0, 100).toLowerCase();
  let best: string | undefined;
  let fewest = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const name of names) {
    const edits = distance(word, name.toLowerCase());
    if (edits < fewest) [best, fewest] = [name, edits];
  }
  return best;
}

/** A sentence's end: the nearest name, or else all of them. */
export function suggestName(given: string, names: readonly string[]): string {
  const nearest = nearestName(given, names);
  return nearest === undefined ? `there are ${names.join(', ')}` : `did you mean ${nearest}?`;
}
