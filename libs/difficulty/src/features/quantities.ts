/** The numbers of a piece of text, told by what they look like. */
export interface Quantities {
  count: number;
  distinct: number;
  largest: number;
  smallest: number;
  sumOfLogarithms: number;
  decimals: number;
  /** Sums with hundredths after a currency sign ("$4.50"). */
  money: number;
  currencySigns: number;
  percents: number;
  thousands: number;
  withComma: number;
  fractions: number;
  years: number;
  /** Where the last number ends, in characters from the end of the text; the whole length if there is none. */
  afterLast: number;
}

const MOST_NUMBERS = 64;
const LARGEST_LOGARITHM = 20;

/** Finds the numbers between two places of a text: digits with commas and points that stand between digits. */
function readQuantities(text: string, from: number, to: number): Quantities {
  const found: Quantities = {
    count: 0,
    distinct: 0,
    largest: 0,
    smallest: 0,
    sumOfLogarithms: 0,
    decimals: 0,
    money: 0,
    currencySigns: 0,
    percents: 0,
    thousands: 0,
    withComma: 0,
    fractions: 0,
    years: 0,
    afterLast: to - from,
  };
  const seen: number[] = [];
  for (let index = from; index < to; index++) {
    const code = text.charCodeAt(index);
    if (code === 36 || code === 0xa3 || code === 0x20ac) found.currencySigns++;
    else if (code === 37) found.percents++;
    else if (code === 47) found.fractions += isDigitAt(text, index - 1) && isDigitAt(text, index + 1) ? 1 : 0;
    else if (code >= 48 && code <= 57) index = readNumber(text, { index, to, found, seen }) - 1;
  }
  if (found.count > 0) found.smallest = Math.min(...seen);
  found.distinct = new Set(seen).size;
  return found;
}

interface Reading {
  readonly index: number;
  readonly to: number;
  readonly found: Quantities;
  readonly seen: number[];
}

function readNumber(text: string, { index: start, to, found, seen }: Reading): number {
  let end = start;
  let value = 0;
  let decimalsAt = -1;
  let hasComma = false;
  for (; end < to; end++) {
    const code = text.charCodeAt(end);
    if (code >= 48 && code <= 57) {
      if (decimalsAt < 0) value = value * 10 + code - 48;
    } else if ((code === 44 || code === 46) && decimalsAt < 0 && isDigitAt(text, end + 1)) {
      if (code === 46) decimalsAt = end;
      else hasComma = true;
    } else break;
  }
  const logarithm = Math.min(LARGEST_LOGARITHM, Math.log1p(value));
  if (seen.length < MOST_NUMBERS) seen.push(logarithm);
  found.count++;
  found.largest = Math.max(found.largest, logarithm);
  found.sumOfLogarithms += logarithm;
  if (value >= 1000) found.thousands++;
  if (hasComma) found.withComma++;
  else if (decimalsAt < 0 && value >= 1500 && value < 2100) found.years++;
  if (decimalsAt >= 0) {
    found.decimals++;
    if (end - decimalsAt === 3 && text.charCodeAt(start - 1) === 36) found.money++;
  }
  found.afterLast = to - end;
  return end;
}

function isDigitAt(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code >= 48 && code <= 57;
}

/** What each figure of `quantityFigures` is, in its order. */
export const QUANTITY_FIGURES = [
  'numbers',
  'differentNumbers',
  'largest',
  'smallest',
  'logarithms',
  'decimals',
  'sumsWithCents',
  'currencySigns',
  'percents',
  'thousands',
  'withComma',
  'fractions',
  'years',
  'endsWithNumber',
] as const;

const NEAR_THE_END = 25;

/** The numbers between two places of a text as figures of like size. */
export function quantityFigures(text: string, from: number, to: number): number[] {
  const found = readQuantities(text, from, to);
  return [
    Math.log1p(found.count),
    Math.log1p(found.distinct),
    found.largest,
    found.smallest,
    Math.log1p(found.sumOfLogarithms),
    Math.log1p(found.decimals),
    Math.log1p(found.money),
    Math.log1p(found.currencySigns),
    Math.log1p(found.percents),
    Math.log1p(found.thousands),
    Math.log1p(found.withComma),
    Math.log1p(found.fractions),
    Math.log1p(found.years),
    found.count > 0 && found.afterLast <= NEAR_THE_END ? 1 : 0,
  ];
}
