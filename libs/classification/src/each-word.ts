/** Told of each word of a text: in lower case, the code of the last character before it that is not a space, where it starts. */
export type WordVisitor = (word: string, before: number, start: number) => void;

const NEWLINE = 10;

/** By ASCII code: 1 for small letters, digits and the underscore. A table, since this is asked of every character. */
const IS_ASCII_WORD = Uint8Array.from({ length: 128 }, (_, code) =>
  /[a-z0-9_]/.test(String.fromCharCode(code)) ? 1 : 0,
);

/**
 * Walks over the words of a text that is in lower case, in one pass: runs of letters, digits and underscores of any script.
 * `before` is 0 at the beginning of the text, and that of a line break where the word starts a line.
 */
export function eachWord(text: string, visit: WordVisitor): void {
  let start = -1;
  let before = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (isWordCode(code)) {
      if (start < 0) start = index;
      continue;
    }
    if (start >= 0) {
      visit(text.slice(start, index), before, start);
      start = -1;
      before = code;
    }
    if (code > 32 || code === NEWLINE) before = code;
  }
  if (start >= 0) visit(text.slice(start), before, start);
}

function isWordCode(code: number): boolean {
  if (code < 128) return IS_ASCII_WORD[code] === 1;
  return code >= 0xc0 && code !== 0xd7 && code !== 0xf7 && !isForeignPunctuation(code);
}

/** General punctuation, and that of the East Asian scripts. */
function isForeignPunctuation(code: number): boolean {
  return (code >= 0x2000 && code <= 0x206f) || (code >= 0x3000 && code <= 0x303f) || (code >= 0xff00 && code <= 0xff20);
}
