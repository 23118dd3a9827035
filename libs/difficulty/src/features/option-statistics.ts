import type { AnswerOptions } from './answer-options.js';
import { type Tokens, TokenKind } from './scan-tokens.js';

/** What each figure of `optionStatistics` is, in its order. */
export const OPTION_FIGURES = [
  'options',
  'options.meanLength',
  'options.longest',
  'options.shortest',
  'options.spread',
  'options.variation',
  'options.words',
  'options.numeric',
  'options.withDigits',
  'options.alike',
  'options.likeStem',
  'options.sentences',
  'options.capitalised',
  'options.longestPlace',
  'options.wordLength',
] as const;

/** Describes the lettered answers of a prompt; all 0 where it offers none. */
export function optionStatistics(tokens: Tokens, { from, options }: AnswerOptions): number[] {
  if (options.length === 0) return OPTION_FIGURES.map(() => 0);
  const each = options.map(({ first, end }) => describe(tokens, first, end));
  const lengths = each.map((option) => option.length);
  const mean = average(lengths);
  const longest = Math.max(...lengths);
  const shortest = Math.min(...lengths);
  const stem = new Set<number>();
  for (let index = 0; index < from; index++)
    if (tokens.kinds[index] === TokenKind.word) stem.add(tokens.hashes[index]!);
  return [
    options.length,
    Math.log1p(mean),
    Math.log1p(longest),
    Math.log1p(shortest),
    Math.log1p(longest - shortest),
    Math.sqrt(average(lengths.map((length) => (length - mean) ** 2))) / (mean + 1),
    Math.log1p(average(each.map((option) => option.words.size))),
    average(each.map((option) => (option.digits > 0 && option.words.size === 0 ? 1 : 0))),
    average(each.map((option) => (option.digits > 0 ? 1 : 0))),
    likeness(each.map((option) => option.words)),
    average(each.map((option) => shareOf(option.words, stem))),
    average(each.map((option) => option.isSentence)),
    average(each.map((option) => option.isCapitalised)),
    lengths.indexOf(longest),
    average(each.map((option) => option.letters / (option.words.size + 1))),
  ];
}

function describe(tokens: Tokens, first: number, end: number) {
  const words = new Set<number>();
  let digits = 0;
  let letters = 0;
  for (let index = first; index < end; index++) {
    if (tokens.kinds[index] === TokenKind.digits) digits++;
    if (tokens.kinds[index] !== TokenKind.word) continue;
    words.add(tokens.hashes[index]!);
    letters += tokens.ends[index]! - tokens.starts[index]!;
  }
  const start = tokens.starts[first] ?? 0;
  const stop = end > first ? tokens.ends[end - 1]! : start;
  const code = tokens.text.charCodeAt(start);
  return {
    words,
    digits,
    letters,
    length: stop - start,
    isSentence: stop > start && tokens.text.charCodeAt(stop - 1) === 46 ? 1 : 0,
    isCapitalised: code >= 65 && code <= 90 ? 1 : 0,
  };
}

function likeness(sets: readonly ReadonlySet<number>[]): number {
  const shares: number[] = [];
  for (const [place, one] of sets.entries())
    for (const other of sets.slice(0, place)) {
      const common = shareOf(one, other) * one.size;
      shares.push(common / Math.max(1, one.size + other.size - common));
    }
  return average(shares);
}

function shareOf(words: ReadonlySet<number>, others: ReadonlySet<number>): number {
  let common = 0;
  for (const word of words) if (others.has(word)) common++;
  return common / Math.max(1, words.size);
}

function average(figures: readonly number[]): number {
  return figures.length === 0 ? 0 : figures.reduce((sum, figure) => sum + figure, 0) / figures.length;
}
