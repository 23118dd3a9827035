/** What a token is made of. */
export const TokenKind = { word: 0, digits: 1, symbol: 2, newline: 3 } as const;

/** The tokens of a text in parallel arrays (one entry each); only the first `count` entries are filled. */
export interface Tokens {
  readonly text: string;
  readonly count: number;
  readonly kinds: Uint8Array;
  /** Of the lower-cased word; of the number of digits, up to 4; of the symbol. */
  readonly hashes: Int32Array;
  readonly starts: Uint16Array;
  readonly ends: Uint16Array;
}

const LONGEST_WORD = 40;
const FNV_OFFSET = 0x811c9dc5 | 0;
const FNV_PRIME = 0x01000193;
const NEWLINE = 10;

/** FNV-1a over the UTF-16 units of a lower-case word: the hash that a word token carries. */
export function wordHash(word: string): number {
  let hash = FNV_OFFSET;
  for (let index = 0; index < word.length; index++) hash = Math.imul(hash ^ word.charCodeAt(index), FNV_PRIME);
  return hash;
}

/**
 * Cuts a text into runs of letters, runs of digits, single symbols and line ends; blanks are dropped. Everything beyond
 * ASCII but general punctuation counts as a letter. Numbers are known by their length alone: which number it is says
 * nothing of another prompt, how long it is does.
 */
export function scanTokens(text: string): Tokens {
  const tokens = {
    text,
    count: 0,
    kinds: new Uint8Array(text.length),
    hashes: new Int32Array(text.length),
    starts: new Uint16Array(text.length),
    ends: new Uint16Array(text.length),
  };
  for (let start = 0; start < text.length;) start = scanOne(tokens, start);
  return tokens;
}

function scanOne(tokens: Tokens & { count: number }, start: number): number {
  const { text } = tokens;
  const code = text.charCodeAt(start);
  if (isBlank(code)) return start + 1;
  let end = start + 1;
  let hash = Math.imul(FNV_OFFSET ^ lower(code), FNV_PRIME);
  let kind: number = TokenKind.symbol;
  if (isDigit(code)) {
    kind = TokenKind.digits;
    while (end < text.length && isDigit(text.charCodeAt(end))) end++;
    hash = Math.imul(FNV_OFFSET ^ (0x1_0000 + Math.min(end - start, 4)), FNV_PRIME);
  } else if (isLetter(code)) {
    kind = TokenKind.word;
    for (; end < text.length && end - start < LONGEST_WORD && isLetter(text.charCodeAt(end)); end++)
      hash = Math.imul(hash ^ lower(text.charCodeAt(end)), FNV_PRIME);
  } else if (code === NEWLINE) kind = TokenKind.newline;
  const index = tokens.count++;
  tokens.kinds[index] = kind;
  tokens.hashes[index] = hash;
  tokens.starts[index] = start;
  tokens.ends[index] = end;
  return end;
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9 || code === 13 || code === 0xa0;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isLetter(code: number): boolean {
  const folded = code | 32;
  return (folded >= 97 && folded <= 122 && code < 128) || (code > 0xbf && (code < 0x2010 || code > 0x206f));
}

function lower(code: number): number {
  return code >= 65 && code <= 90 ? code + 32 : code;
}
