import { findAnswerOptions } from './answer-options.js';
import { CLASSES_OF_WORD, WORD_CLASSES } from './lexicon.js';
import { OPTION_FIGURES, optionStatistics } from './option-statistics.js';
import { quantityFigures, QUANTITY_FIGURES } from './quantities.js';
import { type Tokens, TokenKind } from './scan-tokens.js';
import { findSentences } from './sentences.js';
import { countShapes, SHAPE_FIGURES } from './shapes.js';

const ROLES = ['stem', 'question'] as const;

/** What each number of `statisticsOf` is, in its order. */
export const STATISTIC_NAMES: readonly string[] = names();

/** Whether a prompt offers lettered answers or asks openly: the two are judged by separate weights. */
export type PromptKind = 'choice' | 'open';

/** The figures that describe a prompt's form; see STATISTIC_NAMES. */
export interface Statistics {
  readonly kind: PromptKind;
  /** Index of the token with which the offered answers begin: the number of tokens where there are none. */
  readonly answersFrom: number;
  readonly values: Float64Array;
}

/**
 * Describes a prompt by figures: how long its parts are, which kinds of words and numbers stand in the whole question and
 * in its last sentence, what the offered answers look like. Counts are taken as logarithms, so that none runs away.
 */
export function statisticsOf(tokens: Tokens): Statistics {
  const answers = findAnswerOptions(tokens);
  const sentences = findSentences(tokens, answers.from);
  const last = sentences.question;
  const values = new Float64Array(STATISTIC_NAMES.length);
  let place = 0;
  const put = (figures: Iterable<number>): void => {
    for (const figure of figures) values[place++] = figure;
  };
  put(wordClasses(tokens, 0, answers.from));
  put(wordClasses(tokens, last.first, last.end));
  put(quantityFigures(tokens.text, 0, endOf(tokens, answers.from)));
  put(quantityFigures(tokens.text, tokens.starts[last.first] ?? 0, endOf(tokens, last.end)));
  put(countShapes(tokens, 0, answers.from));
  put(countShapes(tokens, last.first, last.end));
  put([Math.log1p(sentences.count), Math.log1p(sentences.questions), sentences.afterQuestion > 0 ? 1 : 0]);
  put(optionStatistics(tokens, answers));
  return { kind: answers.options.length > 0 ? 'choice' : 'open', answersFrom: answers.from, values };
}

const classCounts = new Float64Array(WORD_CLASSES.length);

function wordClasses(tokens: Tokens, first: number, end: number): Float64Array {
  classCounts.fill(0);
  for (let index = first; index < end; index++) {
    if (tokens.kinds[index] !== TokenKind.word) continue;
    const classes = CLASSES_OF_WORD.get(tokens.hashes[index]!);
    if (classes === undefined) continue;
    for (const place of classes) classCounts[place]! += 1;
  }
  for (let place = 0; place < classCounts.length; place++) classCounts[place] = Math.log1p(classCounts[place]!);
  return classCounts;
}

function endOf(tokens: Tokens, end: number): number {
  return end > 0 ? tokens.ends[end - 1]! : 0;
}

function names(): string[] {
  return [
    ...ROLES.flatMap((role) => WORD_CLASSES.map((name) => `${role}.${name}`)),
    ...ROLES.flatMap((role) => QUANTITY_FIGURES.map((name) => `${role}.${name}`)),
    ...ROLES.flatMap((role) => SHAPE_FIGURES.map((name) => `${role}.${name}`)),
    'sentences',
    'questions',
    'afterQuestion',
    ...OPTION_FIGURES,
  ];
}
