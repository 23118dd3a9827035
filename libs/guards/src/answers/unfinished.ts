const LONGEST_WORD = 4_096;
const MOST_GROUPS = 12;
const LONGEST_KEY = 16_384;
const BEGIN_KEY = '-----BEGIN';
const END_KEY = '-----END';
/** Pieces of numbers and ids that are written in groups. */
const GROUP = /\d|^\+|^\($|^[A-Z]{1,4}$/;

/**
 * From where on a text that goes on may hold the beginning of something that detectors find: the last word, the groups of digits
 * and letters before it, and a private key that has begun.
 */
export function unfinishedFrom(text: string): number {
  const key = text.lastIndexOf(BEGIN_KEY);
  const isInKey = key !== -1 && text.indexOf(END_KEY, key) === -1 && text.length - key < LONGEST_KEY;
  const from = startOfGroups(text);
  return isInKey ? Math.min(key, from) : from;
}

function startOfGroups(text: string): number {
  let from = startOfWord(text, text.length);
  for (let groups = 0; groups < MOST_GROUPS; groups++) {
    let end = from;
    while (end > 0 && from - end < 2 && isSpace(text.charCodeAt(end - 1))) end--;
    if (end === from && from !== text.length) break;
    const start = startOfWord(text, end);
    if (start === end || !GROUP.test(text.slice(start, end))) break;
    from = start;
  }
  return from;
}

function startOfWord(text: string, end: number): number {
  let start = end;
  while (start > 0 && !isSpace(text.charCodeAt(start - 1))) start--;
  return end - start > LONGEST_WORD ? end : start;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09 || code === 0xa0;
}
