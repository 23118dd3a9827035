const REACH_CHARACTERS = 40;

/** Whether a character belongs to a word: letters and digits of any script. */
export function isWordAt(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  if (code < 128)
    return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95;
  return code >= 128 && /[\p{L}\p{N}]/u.test(text[index] ?? '');
}

/** Whether a finding stands by itself and is no piece of a longer word or number. */
export function standsAlone(text: string, start: number, end: number): boolean {
  return !isWordAt(text, start - 1) && !isWordAt(text, end);
}

/** Whether one of these words stands closely before a place, as in "Tel.: ". */
export function isAnnounced(text: string, start: number, words: RegExp): boolean {
  return words.test(text.slice(Math.max(0, start - REACH_CHARACTERS), start));
}
