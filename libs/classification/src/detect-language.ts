import { eachWord } from './each-word.js';
import { LANGUAGE_LETTERS, LANGUAGE_WORDS, LATIN_LANGUAGES, type LanguageCue } from './language-words.js';
import { languageOfScript, scriptOf } from './scripts.js';

const UNDETERMINED = 'und';
const ENGLISH = LATIN_LANGUAGES.indexOf('en');
/** Of the text, from its beginning. */
const CHARACTERS = 300;
/** A text with more signs and digits than this for each letter is code or figures. */
const SIGNS_PER_LETTER = 0.3;
/** Letters of another script, among all, that make it the text's own: names and terms often stay in Latin letters. */
const SHARE_OF_SCRIPT = 0.3;
const LEAST_SCORE = 1;

/**
 * The language of a prompt as ISO 639-1, or `und` where it cannot be told: by the script where that settles it, else by the
 * commonest small words and the particular letters of 18 languages in Latin letters. Looks at the first 300 characters;
 * deterministic, never throws. Code and figures are `und`, or `en` where their words are.
 */
export function detectLanguage(text: string): string {
  const sample = text.slice(0, CHARACTERS).toLowerCase();
  const { latin, signs, scripts } = countLetters(sample);
  const [script, letters] = largest(scripts);
  if (script !== undefined && letters >= SHARE_OF_SCRIPT * (latin + letters)) {
    return languageOfScript(script, sample, scripts);
  }
  const number = likeliest(sample);
  if (number < 0) return UNDETERMINED;
  const isCode = signs > SIGNS_PER_LETTER * latin;
  return isCode && number !== ENGLISH ? UNDETERMINED : (LATIN_LANGUAGES[number] ?? UNDETERMINED);
}

function countLetters(sample: string): { latin: number; signs: number; scripts: Map<string, number> } {
  const scripts = new Map<string, number>();
  let latin = 0;
  let signs = 0;
  for (let index = 0; index < sample.length; index++) {
    const code = sample.charCodeAt(index);
    if (code < 128) {
      if (code >= 97 && code <= 122) latin++;
      else if (isSign(code)) signs++;
    } else if (code < 0x250 || (code >= 0x1e00 && code <= 0x1eff)) {
      latin++;
    } else {
      const script = scriptOf(code);
      if (script !== undefined) scripts.set(script, (scripts.get(script) ?? 0) + 1);
    }
  }
  return { latin, signs, scripts };
}

const PROSE_SIGNS = '!"\',-.:?';

/** Digits, and what prose has little of: all but space, line breaks and ! " ' , - . : ? */
function isSign(code: number): boolean {
  return code > 32 && !PROSE_SIGNS.includes(String.fromCharCode(code));
}

function largest(scripts: ReadonlyMap<string, number>): [script: string | undefined, letters: number] {
  let [script, letters]: [string | undefined, number] = [undefined, 0];
  for (const [name, count] of scripts) if (count > letters) [script, letters] = [name, count];
  return [script, letters];
}

/** The number of the Latin language with the highest score, or -1 where there is none, or no single one. */
function likeliest(sample: string): number {
  const scores = new Float64Array(LATIN_LANGUAGES.length);
  eachWord(sample, (word) => add(LANGUAGE_WORDS.get(word), scores));
  for (let index = 0; index < sample.length; index++) {
    if (sample.charCodeAt(index) >= 0xa1) add(LANGUAGE_LETTERS.get(sample.charAt(index)), scores);
  }
  let [best, second] = [-1, -1];
  scores.forEach((score, number) => {
    if (best < 0 || score > scores[best]!) [best, second] = [number, best];
    else if (second < 0 || score > scores[second]!) second = number;
  });
  const [highest, next] = [scores[best] ?? 0, scores[second] ?? 0];
  if (highest < LEAST_SCORE) return -1;
  return highest > next || best === ENGLISH ? best : -1;
}

function add(cue: LanguageCue | undefined, scores: Float64Array): void {
  if (cue === undefined) return;
  for (const language of cue.languages) scores[language]! += cue.weight;
}
