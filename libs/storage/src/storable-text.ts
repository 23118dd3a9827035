/**
 * A caller's text as Postgres can hold it: NUL and halves of surrogate pairs, which a `text` column refuses, become U+FFFD.
 * Without it one such name would make a whole batch of rows unstorable.
 */
export function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}
