const TERM = /"([^"]+)"|[^\s"]+/g;

/**
 * What a search looks for, as patterns of LIKE for the lower-case text of an entry: its words, in any order, and what stands in quotes as it stands there. Each is
 * found anywhere, also within a word. Entries are JSON, so that what JSON escapes is looked for escaped.
 */
export function searchPatterns(text: string): string[] {
  const terms = [...text.matchAll(TERM)].map(([whole, quoted]) => quoted ?? whole);
  return (terms.length === 0 ? [text] : terms).map((term) => {
    const asStored = JSON.stringify(term).slice(1, -1);
    return `%${asStored.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  });
}
