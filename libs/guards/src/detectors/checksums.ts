const RADIX = 10;
const CODE_OF_ZERO = 48;

/** The digits of a text, without whatever stands between them. */
export function digitsOf(text: string): string {
  return text.replace(/\D/g, '');
}

/** ISO/IEC 7812-1, Annex B. */
export function isLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - CODE_OF_ZERO;
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % RADIX === 0;
}

/** ISO/IEC 7064 MOD 97-10 over letters as 10 to 35: the rest of a correct number is 1. */
export function restOf97(text: string): number {
  let rest = 0;
  for (const character of text) {
    const value = parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : RADIX) + value) % 97;
  }
  return rest;
}

/** The sum of digits times their weights, over the weights that there are. */
export function weighted(digits: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, index) => sum + weight * Number(digits[index]), 0);
}

/** ISO/IEC 7064 MOD 11,10, as the German tax id uses it. */
export function isMod11of10(digits: string): boolean {
  let product = RADIX;
  for (const character of digits.slice(0, -1)) {
    const sum = (Number(character) + product) % RADIX || RADIX;
    product = (sum * 2) % 11;
  }
  return (11 - product) % RADIX === Number(digits.at(-1));
}

const VERHOEFF_PERMUTATION = '1576283094';

/** Verhoeff's check in the dihedral group of ten, as Aadhaar numbers use it. */
export function isVerhoeff(digits: string): boolean {
  let check = 0;
  for (let index = 0; index < digits.length; index++) {
    let digit = Number(digits[digits.length - 1 - index]);
    for (let times = 0; times < index % 8; times++) digit = Number(VERHOEFF_PERMUTATION[digit]);
    check = dihedral(check, digit);
  }
  return check === 0;
}

function dihedral(one: number, other: number): number {
  if (one < 5) return other < 5 ? (one + other) % 5 : 5 + ((one + other - 5) % 5);
  return other < 5 ? 5 + ((((one - other) % 5) + 5) % 5) : (((one - other) % 5) + 5) % 5;
}
