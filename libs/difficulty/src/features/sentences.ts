import { type Tokens, TokenKind } from './scan-tokens.js';

/** How a text is divided, and which of its sentences asks. */
export interface Sentences {
  readonly count: number;
  readonly questions: number;
  /** The last sentence that ends with a question mark, or the last of all: from its first token to before `end`. */
  readonly question: { readonly first: number; readonly end: number };
  /** How many tokens stand after that sentence. */
  readonly afterQuestion: number;
}

const FULL_STOP = 46;
const EXCLAMATION = 33;
const QUESTION = 63;

/** Divides the tokens before `end` where a full stop, a question mark or an exclamation mark is followed by a blank. */
export function findSentences(tokens: Tokens, end: number): Sentences {
  let first = 0;
  let count = 0;
  let questions = 0;
  let question = { first: 0, end: 0 };
  let last = question;
  for (let index = 0; index < end; index++) {
    const code = tokens.kinds[index] === TokenKind.symbol ? tokens.text.charCodeAt(tokens.starts[index]!) : 0;
    const isEnd = index === end - 1 || (isMark(code) && tokens.starts[index + 1]! > tokens.ends[index]!);
    if (!isEnd) continue;
    last = { first, end: index + 1 };
    if (index + 1 - first > 1) count++;
    if (code === QUESTION) {
      questions++;
      question = last;
    }
    first = index + 1;
  }
  if (questions === 0) question = last;
  return { count, questions, question, afterQuestion: end - question.end };
}

function isMark(code: number): boolean {
  return code === FULL_STOP || code === QUESTION || code === EXCLAMATION;
}
