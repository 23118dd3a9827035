/** The one of `names` that a mistyped name most likely meant: within a third of its length in edits, at least two. */
export function nearestName(given: string, names: readonly string[]): string | undefined {
  const word = given.slice(0, 100).toLowerCase();
  let best: string | undefined;
  let fewest = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const name of names) {
    const edits = editDistance(word, name.toLowerCase());
    if (edits < fewest) [best, fewest] = [name, edits];
  }
  return best;
}

/** A sentence's end: the nearest name, or else all of them. */
export function suggestName(given: string, names: readonly string[]): string {
  const nearest = nearestName(given, names);
  return nearest === undefined ? `there are ${names.join(', ')}` : `did you mean ${nearest}?`;
}

/** Levenshtein distance, one row at a time. */
function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}
