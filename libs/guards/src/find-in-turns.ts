import { setImmediate as nextTurn } from 'node:timers/promises';
import { withoutOverlaps, type Detection, type Detector } from './detection.js';

/** How much is looked at in one go: some milliseconds, after which the process has time for others. */
const WINDOW_CHARACTERS = 65_536;
/** Longer than anything that is looked for; what stands across two windows is whole in one of them. */
const OVERLAP_CHARACTERS = 1_024;

/**
 * Looks through texts of any length without holding up the process, which has other callers: in windows, with a breath after so
 * many characters. Small texts are done without a wait.
 */
export async function findInTurns(texts: readonly string[], find: Detector): Promise<Detection[][]> {
  const all: Detection[][] = [];
  let sinceBreath = 0;
  for (const text of texts) {
    const found: Detection[] = [];
    for (let from = 0; from === 0 || from + OVERLAP_CHARACTERS < text.length; from += WINDOW_CHARACTERS) {
      const window = text.slice(Math.max(0, from), from + WINDOW_CHARACTERS + OVERLAP_CHARACTERS);
      for (const one of find(window))
        found.push(from === 0 ? one : { ...one, start: one.start + from, end: one.end + from });
      sinceBreath += window.length;
      if (sinceBreath < WINDOW_CHARACTERS) continue;
      sinceBreath = 0;
      await nextTurn();
    }
    all.push(withoutOverlaps(found));
  }
  return all;
}
