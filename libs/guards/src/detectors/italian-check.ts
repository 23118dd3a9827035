/** Values of characters at odd places, by the decree of 23 December 1976; letters count as their place in the alphabet. */
const ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
const CODE_OF_A = 65;
const LETTERS = 26;

/** Whether the last letter of a codice fiscale follows from the fifteen characters before it. */
export function italianCheck(text: string): boolean {
  const code = text.toUpperCase();
  let sum = 0;
  for (let index = 0; index < code.length - 1; index++) {
    const character = code[index] ?? '';
    const value = /\d/.test(character) ? Number(character) : character.charCodeAt(0) - CODE_OF_A;
    sum += index % 2 === 0 ? (ODD[value] ?? 0) : value;
  }
  return String.fromCharCode(CODE_OF_A + (sum % LETTERS)) === code.at(-1);
}
