const BETWEEN_MILLISECONDS = 500;
const OTHER_MILLISECONDS = 100;
const DIGIT_MILLISECONDS = 400;
/** A sign of Chinese, Japanese or Korean is about a syllable. */
const SYLLABLE_MILLISECONDS = 250;
const FIRST_OF_SYLLABLES = 0x2e80;
const DIGITS = /\d/;

/**
 * How long a text is likely to be spoken, in milliseconds: ten letters to a second, which is slow speech (usual are 13 to 17),
 * digits as words of their own, and the pauses around it. For the hold of a request, and for an answer whose length cannot be read.
 */
export function likelySpeechMilliseconds(text: string, speed: number): number {
  let milliseconds = BETWEEN_MILLISECONDS;
  for (const sign of text) {
    if (DIGITS.test(sign)) milliseconds += DIGIT_MILLISECONDS;
    else milliseconds += (sign.codePointAt(0) ?? 0) >= FIRST_OF_SYLLABLES ? SYLLABLE_MILLISECONDS : OTHER_MILLISECONDS;
  }
  return Math.ceil(milliseconds / speed);
}
