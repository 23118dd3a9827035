import type { Detection } from '../detection.js';
import { digitsOf } from './checksums.js';
import { isAnnounced, isWordAt } from './surroundings.js';

const CANDIDATE = /(?:\+|\(|\b)\d(?:[ ./()\u00a0-]{0,2}\d){6,14}/g;
const ANNOUNCED =
  /(?:\btele?(?:phone|fon[oe]?|foon)?s?\b|\bt[ée]l(?:[ée]phone)?\b|\bfono\b|\bphone|\bmobi(?:le|l|el)\b|\bm[óo]vil\b|\bcelular\b|\bcellulare\b|\bportable\b|\bportátil\b|\bhandy|\bcell\b|\bfax\b|\bwhatsapp\b|\bsms\b|\bcall\b|\bring\b|\bappel|\bruf(?:e|en|nummer)?\b|\banrufen\b|\bll[aá]m|\bchiam|\bbel(?:len)?\b|\bzadzwo|\btelemóvel\b|\bnumer telefonu)[^\n\d]{0,24}$/i;
/** Lengths of whole numbers with the country's code (ITU-T E.164). */
const LEAST_INTERNATIONAL = 8;
const MOST_INTERNATIONAL = 15;
const NORTH_AMERICAN = /^\(?[2-9]\d{2}(?:\) ?|[-. ])[2-9]\d{2}[-. ]\d{4}$/;
const FRENCH = /^0[1-9](?:[ .-]\d{2}){4}$/;
const SPANISH = /^[67]\d{2}(?: \d{3}){2}$/;
const POLISH = /^[5-8]\d{2}(?:-\d{3}){2}$/;
const DATE_OR_TIME = /^(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{4})/;

/** Telephone numbers: with a country's code, in a country's usual form, or after a word that announces one. */
export function findPhones(text: string): Detection[] {
  const found: Detection[] = [];
  for (const match of text.matchAll(CANDIDATE)) {
    const candidate = balanced(match[0]);
    const start = match.index + (match[0].length - candidate.length);
    const end = start + candidate.length;
    if (isWordAt(text, start - 1) || isWordAt(text, end) || /[.,:#/+=]/.test(text[start - 1] ?? '')) continue;
    if (/^[.,:-]\d/.test(text.slice(end, end + 2)) || DATE_OR_TIME.test(candidate)) continue;
    if (isPhone(candidate, text, start)) found.push({ start, end, class: 'phone' });
  }
  return found;
}

/** Without a bracket at the beginning that is not closed within. */
function balanced(candidate: string): string {
  return candidate.startsWith('(') && !candidate.includes(')') ? candidate.slice(1) : candidate;
}

function isPhone(candidate: string, text: string, start: number): boolean {
  const digits = digitsOf(candidate);
  if (candidate.startsWith('+') || (candidate.startsWith('00') && digits.length > 10)) {
    const national = candidate.startsWith('+') ? digits : digits.slice(2);
    return national.length >= LEAST_INTERNATIONAL && national.length <= MOST_INTERNATIONAL && !national.startsWith('0');
  }
  if (NORTH_AMERICAN.test(candidate) || FRENCH.test(candidate) || SPANISH.test(candidate) || POLISH.test(candidate)) {
    return true;
  }
  return digits.length >= 7 && digits.length <= 13 && isAnnounced(text, start, ANNOUNCED);
}
