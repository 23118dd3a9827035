const SPACE = 0;
const WORD = 1;
const MARK = 2;

/** The kind of each ASCII code; every other code unit counts as part of a word, so a surrogate pair is never split. */
const KINDS = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/\s/.test(character)) return SPACE;
  return /\w/.test(character) ? WORD : MARK;
});

function kindAt(text: string, index: number): number {
  const code = text.charCodeAt(index);
  return code < 128 ? KINDS[code]! : WORD;
}

/**
 * Counts the tokens of a text by the sim provider's own rule: a token is a word (a run of letters, digits, `_` and
 * anything outside ASCII) or one punctuation mark, each together with the white space before it; white space at the
 * very end is one token more. Not a real model's tokeniser, but exact: the pieces joined give the text back, and any
 * prefix made of whole pieces counts as exactly those pieces.
 */
export function countTokens(text: string): number {
  let tokens = 0;
  let previous = SPACE;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    const kind = code < 128 ? KINDS[code]! : WORD;
    if (kind !== SPACE && (kind === MARK || previous !== WORD)) tokens += 1;
    previous = kind;
  }
  return text.length > 0 && previous === SPACE ? tokens + 1 : tokens;
}

/** Splits a text into the tokens that `countTokens` counts; joined without a separator they give the text back. */
export function splitIntoTokens(text: string): string[] {
  const tokens: string[] = [];
  let start = 0;
  let previous = SPACE;
  for (let index = 0; index < text.length; index += 1) {
    const kind = kindAt(text, index);
    const endsToken = previous !== SPACE && !(kind === WORD && previous === WORD);
    if (endsToken) {
      tokens.push(text.slice(start, index));
      start = index;
    }
    previous = kind;
  }
  if (start < text.length) tokens.push(text.slice(start));
  return tokens;
}
