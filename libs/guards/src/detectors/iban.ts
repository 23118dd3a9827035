import type { Detection } from '../detection.js';
import { restOf97 } from './checksums.js';
import { isWordAt } from './surroundings.js';

/** Lengths by country, from the registry of SWIFT (ISO 13616). */
const LENGTHS: ReadonlyMap<string, number> = new Map(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 FO18 FR27 GB22 ' +
    'GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 ' +
    'MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 ' +
    'VA22 VG24 XK20'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);
const HEAD = /[A-Za-z]{2}\d{2}/g;

/** Account numbers (IBAN) of the countries of the registry, with or without spaces, by their check digits. */
export function findIbans(text: string): Detection[] {
  const found: Detection[] = [];
  HEAD.lastIndex = 0;
  for (let match = HEAD.exec(text); match; match = HEAD.exec(text)) {
    const start = match.index;
    const length = LENGTHS.get(text.slice(start, start + 2).toUpperCase());
    const end = length === undefined || isWordAt(text, start - 1) ? undefined : endOf(text, start, length);
    if (end !== undefined) found.push({ start, end, class: 'iban' });
    HEAD.lastIndex = end ?? start + 1;
  }
  return found;
}

function endOf(text: string, start: number, length: number): number | undefined {
  let compact = '';
  let index = start;
  while (compact.length < length) {
    const character = text[index] ?? '';
    if (/[A-Za-z0-9]/.test(character)) compact += character;
    else if (!/[ -]/.test(character) || /[ -]/.test(text[index + 1] ?? ' ')) return undefined;
    index++;
  }
  if (isWordAt(text, index)) return undefined;
  return restOf97(compact.slice(4) + compact.slice(0, 4)) === 1 ? index : undefined;
}
