import type { Detection } from '../detection.js';
import { digitsOf, isLuhn } from './checksums.js';
import { standsAlone } from './surroundings.js';

const CANDIDATE = /\d(?:[ -]?\d){12,18}/g;
/** Beginnings of the schemes' numbers with the lengths that each has. */
const SCHEMES: readonly (readonly [RegExp, readonly number[]])[] = [
  [/^4/, [13, 16, 19]],
  [/^(?:5[1-5]|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)/, [16]],
  [/^3[47]/, [15]],
  [/^3(?:0[0-5]|[689])/, [14, 16, 19]],
  [/^(?:6011|64[4-9]|65)/, [16, 19]],
  [/^35(?:2[89]|[3-8]\d)/, [16, 19]],
  [/^62/, [16, 17, 18, 19]],
  [/^(?:5018|5020|5038|5893|6304|6759|676[1-3])/, [13, 14, 15, 16, 17, 18, 19]],
];
/** How numbers are written in groups. */
const GROUPINGS = new Set(['4 4 4 4', '4 6 5', '4 6 4', '4 4 4 4 3', '4 4 4 1', '6 13', '4 5 4']);

/** Numbers of payment cards: the beginning and length of a scheme, and the check digit (Luhn). */
export function findCards(text: string): Detection[] {
  const found: Detection[] = [];
  for (const { 0: candidate, index: start } of text.matchAll(CANDIDATE)) {
    const end = start + candidate.length;
    if (isCard(candidate) && standsAlone(text, start, end) && !/[.,]\d?$/.test(text.slice(start - 2, start))) {
      found.push({ start, end, class: 'card' });
    }
  }
  return found;
}

function isCard(candidate: string): boolean {
  const digits = digitsOf(candidate);
  const groups = candidate.split(/[ -]/).map(({ length }) => length);
  if (groups.length > 1 && !GROUPINGS.has(groups.join(' '))) return false;
  const isOfScheme = SCHEMES.some(([begins, lengths]) => lengths.includes(digits.length) && begins.test(digits));
  return isOfScheme && !/^(\d)\1+$/.test(digits) && isLuhn(digits);
}
