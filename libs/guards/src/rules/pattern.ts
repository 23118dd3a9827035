import { RE2JS } from 're2js';
import type { Detection, Detector } from '../detection.js';

const MOST_PROGRAM_SIZE = 5_000;

/** Why a text is no pattern that may be used, as the end of a sentence; undefined for one that is. */
export function reasonAgainstPattern(text: string): string | undefined {
  try {
    const pattern = RE2JS.compile(text);
    if (pattern.matches('')) return 'matches the empty text; make it ask for something';
    return pattern.programSize() > MOST_PROGRAM_SIZE ? 'is too large once its repetitions are written out' : undefined;
  } catch (error) {
    return `is no pattern in the syntax of RE2: ${(error as Error).message}`;
  }
}

/**
 * Finds what patterns in the syntax of RE2 match. The engine has no backtracking, so that no text can make it slow; what it has
 * not for that reason (references back, looking around) is refused when the configuration is read.
 */
export function patternDetector(patterns: readonly string[]): Detector {
  const compiled = patterns.map((pattern) => RE2JS.compile(pattern));
  return (text) => {
    const found: Detection[] = [];
    for (const pattern of compiled) {
      const matcher = pattern.matcher(text);
      while (matcher.find()) {
        if (matcher.end() > matcher.start())
          found.push({ start: matcher.start(), end: matcher.end(), class: 'custom' });
      }
    }
    return found;
  };
}
