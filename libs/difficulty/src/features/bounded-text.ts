const HEAD_CHARACTERS = 2_048;
const TAIL_CHARACTERS = 1_024;

/** No more than this many characters of a prompt are ever looked at. */
export const LONGEST_TEXT = HEAD_CHARACTERS + TAIL_CHARACTERS + 1;

/**
 * The part of a prompt that is looked at: all of it, or of a long one its beginning (what it is about) and its end (where
 * the question usually stands). So a decision costs the same for a book as for a page.
 */
export function boundedText(text: string): string {
  if (text.length <= LONGEST_TEXT) return text;
  return `${text.slice(0, HEAD_CHARACTERS)}\n${text.slice(-TAIL_CHARACTERS)}`;
}
