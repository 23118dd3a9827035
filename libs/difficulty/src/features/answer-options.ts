import { type Tokens, TokenKind } from './scan-tokens.js';

/** The lettered answers that a prompt offers, each from its first token to before its last, and where the first begins. */
export interface AnswerOptions {
  /** Index of the token with which the options begin: the number of tokens if there are none. */
  readonly from: number;
  readonly options: readonly { readonly first: number; readonly end: number }[];
}

const MOST_OPTIONS = 10;
const FULL_STOP = 46;
const CLOSING = 41;
const COLON = 58;

/** Finds lines that begin "A.", "B)", "(C)" or "D:" in the order of the alphabet; fewer than two are no options. */
export function findAnswerOptions(tokens: Tokens): AnswerOptions {
  const starts: number[] = [];
  const marks: number[] = [];
  for (let index = 0; index < tokens.count && starts.length < MOST_OPTIONS; index++) {
    if (tokens.kinds[index] !== TokenKind.newline) continue;
    const letter = isSymbol(tokens, index + 1, 40) ? index + 2 : index + 1;
    if (!isLetterOf(tokens, letter, starts.length) || !closes(tokens, letter + 1)) continue;
    marks.push(index);
    starts.push(letter + 2);
  }
  if (starts.length < 2) return { from: tokens.count, options: [] };
  const options = starts.map((first, place) => ({ first, end: marks[place + 1] ?? lineEnd(tokens, first) }));
  return { from: marks[0]!, options };
}

function isLetterOf(tokens: Tokens, index: number, place: number): boolean {
  return (
    index < tokens.count &&
    lengthOf(tokens, index) === 1 &&
    (tokens.text.charCodeAt(tokens.starts[index]!) | 32) === 97 + place
  );
}

function lengthOf(tokens: Tokens, index: number): number {
  return tokens.ends[index]! - tokens.starts[index]!;
}

function closes(tokens: Tokens, index: number): boolean {
  return isSymbol(tokens, index, FULL_STOP) || isSymbol(tokens, index, CLOSING) || isSymbol(tokens, index, COLON);
}

function isSymbol(tokens: Tokens, index: number, code: number): boolean {
  return (
    index < tokens.count &&
    tokens.kinds[index] === TokenKind.symbol &&
    tokens.text.charCodeAt(tokens.starts[index]!) === code
  );
}

function lineEnd(tokens: Tokens, from: number): number {
  let index = from;
  while (index < tokens.count && tokens.kinds[index] !== TokenKind.newline) index++;
  return index;
}
