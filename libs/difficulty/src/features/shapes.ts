import { type Tokens, TokenKind } from './scan-tokens.js';

/** What each figure of `countShapes` is, in its order. */
export const SHAPE_FIGURES = [
  'characters',
  'words',
  'wordLength',
  'longestWord',
  'differentWords',
  'capitalised',
  'capitalisedInside',
  'upperCase',
  'digitShare',
  'newlines',
  'commas',
  'quotes',
  'brackets',
  'equals',
  'latex',
  'blanks',
  'beyondAscii',
  'hyphens',
  'colonAtEnd',
  'questionAtEnd',
  'romanNumerals',
  'symbolShare',
] as const;

/** Describes how the tokens from `first` to before `end` are written. */
export function countShapes(tokens: Tokens, first: number, end: number): number[] {
  if (end <= first) return SHAPE_FIGURES.map(() => 0);
  const words = countWords(tokens, first, end);
  const symbols = countSymbols(tokens, first, end);
  const characters = tokens.ends[end - 1]! - tokens.starts[first]!;
  const lastCode = tokens.text.charCodeAt(tokens.ends[end - 1]! - 1);
  return [
    Math.log1p(characters),
    Math.log1p(words.count),
    words.letters / (words.count + 1),
    words.longest,
    words.different / (words.count + 1),
    Math.log1p(words.capitalised),
    Math.log1p(words.capitalisedInside),
    Math.log1p(words.upperCase),
    symbols.digits / characters,
    Math.log1p(symbols.newlines),
    symbols.commas / (words.count + 1),
    Math.log1p(symbols.quotes),
    Math.log1p(symbols.brackets),
    Math.log1p(symbols.equals),
    Math.log1p(symbols.latex),
    Math.log1p(symbols.blanks),
    Math.log1p(words.beyondAscii),
    Math.log1p(symbols.hyphens),
    lastCode === 58 ? 1 : 0,
    lastCode === 63 ? 1 : 0,
    words.romanNumerals,
    symbols.count / (end - first),
  ];
}

const ROMAN_TWO = /^II+$/;

function countWords(tokens: Tokens, first: number, end: number) {
  const words = {
    count: 0,
    letters: 0,
    longest: 0,
    different: 0,
    capitalised: 0,
    capitalisedInside: 0,
    upperCase: 0,
    beyondAscii: 0,
    romanNumerals: 0,
  };
  const seen = new Set<number>();
  for (let index = first; index < end; index++) {
    if (tokens.kinds[index] !== TokenKind.word) continue;
    const start = tokens.starts[index]!;
    const length = tokens.ends[index]! - start;
    words.count++;
    words.letters += length;
    if (length > words.longest) words.longest = length;
    seen.add(tokens.hashes[index]!);
    const code = tokens.text.charCodeAt(start);
    if (code > 127) words.beyondAscii++;
    if (code < 65 || code > 90) continue;
    if (length > 1 && tokens.text.charCodeAt(start + 1) >= 97) {
      words.capitalised++;
      if (index > first && tokens.kinds[index - 1] === TokenKind.word) words.capitalisedInside++;
    } else if (length > 1) {
      words.upperCase++;
      if (ROMAN_TWO.test(tokens.text.slice(start, start + length))) words.romanNumerals = 1;
    }
  }
  words.different = seen.size;
  return words;
}

function countSymbols(tokens: Tokens, first: number, end: number) {
  const symbols = {
    count: 0,
    digits: 0,
    newlines: 0,
    commas: 0,
    quotes: 0,
    brackets: 0,
    equals: 0,
    latex: 0,
    blanks: 0,
    hyphens: 0,
  };
  for (let index = first; index < end; index++) {
    const kind = tokens.kinds[index];
    if (kind === TokenKind.digits) symbols.digits += tokens.ends[index]! - tokens.starts[index]!;
    else if (kind === TokenKind.newline) symbols.newlines++;
    else if (kind === TokenKind.symbol) {
      symbols.count++;
      const name = SYMBOLS.get(tokens.text.charCodeAt(tokens.starts[index]!));
      if (name !== undefined) symbols[name]++;
    }
  }
  return symbols;
}

type SymbolName = 'commas' | 'quotes' | 'brackets' | 'equals' | 'latex' | 'blanks' | 'hyphens';

const SYMBOLS: ReadonlyMap<number, SymbolName> = new Map(
  (
    [
      ['commas', ',;'],
      ['quotes', '"\u201c\u2018'],
      ['brackets', '([{'],
      ['equals', '=<>+*^|'],
      ['latex', '\\$'],
      ['blanks', '_'],
      ['hyphens', '-\u2013\u2014'],
    ] as const
  ).flatMap(([name, characters]) => Array.from(characters, (character) => [character.charCodeAt(0), name] as const)),
);
