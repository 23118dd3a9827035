/**
 * What keeps the cost of a condition bounded, whatever its author and the caller write. Texts and lists of a request are
 * cut to these sizes before a condition sees them, so that a sum over the condition's parts bounds its work.
 */
export const CONDITION_LIMITS = {
  /** Of the condition's own text. */
  textCharacters: 2_000,
  /** Names, values, operators and calls in one condition. */
  nodes: 400,
  /** How deep parentheses, lists and calls may stand within one another. */
  nesting: 24,
  /** Of one text of a request: a condition sees no more than its beginning. */
  factCharacters: 512,
  /** Of one list or map of a request: a condition sees no more than its first entries. */
  factEntries: 64,
  /** Comparisons of two short values, in the worst case; all of them together take some milliseconds. */
  steps: 200_000,
} as const;
