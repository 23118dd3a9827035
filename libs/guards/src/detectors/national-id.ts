import type { Detection } from '../detection.js';
import { digitsOf, isLuhn, isMod11of10, isVerhoeff, weighted } from './checksums.js';
import { italianCheck } from './italian-check.js';
import { isAnnounced, standsAlone } from './surroundings.js';

/** A country's number: how it is written, its check, and the words that must announce it where the check alone says too little. */
interface NationalId {
  readonly pattern: RegExp;
  readonly isValid: (text: string) => boolean;
  readonly announcedBy?: RegExp;
}

const DNI_LETTERS = 'TRWAGMYFPDXBNJZSQVHLCKE';

const KINDS: readonly NationalId[] = [
  // United States: Social Security number, which has no check digit; areas 000, 666 and 9xx are never given.
  { pattern: /\d{3}-\d{2}-\d{4}/g, isValid: isSocialSecurityNumber },
  { pattern: /\d{9}/g, isValid: isSocialSecurityNumber, announcedBy: /(?:\bssn\b|social security)[^\n]{0,20}$/i },
  // United Kingdom: National Insurance number.
  {
    pattern: /[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]/g,
    isValid: (text) => !/^(?:BG|GB|NK|KN|TN|NT|ZZ)/.test(text),
  },
  // Spain: DNI and NIE.
  { pattern: /(?:\d{8}|[XYZ]-?\d{7})-?[A-Z]/g, isValid: isSpanish },
  // France: NIR with its key.
  {
    pattern: /[12] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-4]\d|50) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}/g,
    isValid: isFrench,
  },
  // Italy: codice fiscale.
  { pattern: /[A-Z]{6}\d{2}[A-EHLMPR-T]\d{2}[A-Z]\d{3}[A-Z]/gi, isValid: italianCheck },
  // Germany: Steuer-Identifikationsnummer.
  {
    pattern: /[1-9]\d ?\d{3} ?\d{3} ?\d{3}/g,
    isValid: (text) => isMod11of10(digitsOf(text)),
    announcedBy: /(?:steuer|idnr|id-nr|\btin\b|tax[ -]?id)[^\n]{0,24}$/i,
  },
  // Netherlands: burgerservicenummer, by the eleven test.
  {
    pattern: /\d{9}/g,
    isValid: (text) => weighted(text, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0 && !/^0+$/.test(text),
    announcedBy: /(?:\bbsn\b|burgerservice|sofi-?nummer)[^\n]{0,20}$/i,
  },
  // Poland: PESEL.
  {
    pattern: /\d{11}/g,
    isValid: (text) => weighted(text, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0,
    announcedBy: /pesel[^\n]{0,20}$/i,
  },
  // Brazil: CPF.
  { pattern: /\d{3}\.\d{3}\.\d{3}-\d{2}/g, isValid: isBrazilian },
  { pattern: /\d{11}/g, isValid: isBrazilian, announcedBy: /\bcpf\b[^\n]{0,20}$/i },
  // Portugal: NIF.
  {
    pattern: /[1235689]\d{8}/g,
    isValid: isPortuguese,
    announcedBy: /(?:\bnif\b|contribuinte)[^\n]{0,20}$/i,
  },
  // Sweden: personnummer.
  {
    pattern: /(?:\d{2})?\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[-+]\d{4}/g,
    isValid: (text) => isLuhn(digitsOf(text).slice(-10)),
  },
  // India: Aadhaar.
  { pattern: /[2-9]\d{3} \d{4} \d{4}/g, isValid: (text) => isVerhoeff(digitsOf(text)) },
  { pattern: /[2-9]\d{11}/g, isValid: isVerhoeff, announcedBy: /aadhaar[^\n]{0,20}$/i },
];

/** Numbers that states give to people, by each country's form and check. */
export function findNationalIds(text: string): Detection[] {
  const found: Detection[] = [];
  for (const { pattern, isValid, announcedBy } of KINDS) {
    for (const { 0: number, index: start } of text.matchAll(pattern)) {
      const end = start + number.length;
      if (!standsAlone(text, start, end) || isPieceOfMore(text, start, end)) continue;
      if (!isValid(number)) continue;
      if (announcedBy && !isAnnounced(text, start, announcedBy)) continue;
      found.push({ start, end, class: 'national_id' });
    }
  }
  return found;
}

/** Whether digits go on before or behind, in groups or after a mark: the number is then another, longer one. */
function isPieceOfMore(text: string, start: number, end: number): boolean {
  return /\d $|[-.]$/.test(text.slice(Math.max(0, start - 2), start)) || /^[-. ]\d/.test(text.slice(end, end + 2));
}

function isSocialSecurityNumber(text: string): boolean {
  return /^(?!000|666|9)\d{3}(?!00)\d{2}(?!0000)\d{4}$/.test(digitsOf(text));
}

function isSpanish(text: string): boolean {
  const compact = text.replaceAll('-', '');
  const number = compact.slice(0, -1).replace(/^[XYZ]/, (letter) => String('XYZ'.indexOf(letter)));
  return DNI_LETTERS[Number(number) % DNI_LETTERS.length] === compact.at(-1);
}

function isFrench(text: string): boolean {
  const compact = text.replaceAll(' ', '').replace('2A', '19').replace('2B', '18');
  return 97 - Number(BigInt(compact.slice(0, 13)) % 97n) === Number(compact.slice(13));
}

function isBrazilian(text: string): boolean {
  const digits = digitsOf(text);
  if (/^(\d)\1+$/.test(digits)) return false;
  const check = (length: number): number => {
    const weights = Array.from({ length }, (_, index) => length + 1 - index);
    return ((weighted(digits, weights) * 10) % 11) % 10;
  };
  return check(9) === Number(digits[9]) && check(10) === Number(digits[10]);
}

function isPortuguese(text: string): boolean {
  const rest = weighted(text, [9, 8, 7, 6, 5, 4, 3, 2]) % 11;
  return (rest < 2 ? 0 : 11 - rest) === Number(text[8]);
}
