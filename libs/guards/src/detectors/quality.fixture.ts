import { BUILT_IN_CLASSES, type DataClass } from '#libs/contracts';
import { labelledTexts } from '../labelled-texts.fixture.js';
import { detectorOf } from './detect.js';

/** How well the detectors do on one class of the labelled texts. */
export interface Quality {
  readonly class: DataClass;
  readonly labels: number;
  /** Labels that a finding of their class covers wholly. */
  readonly found: number;
  /** Findings that touch no label of their class. */
  readonly wrong: number;
  readonly precision: number;
  readonly recall: number;
}

/** Runs all built-in detectors over the labelled texts; `onError` hears of what was missed and what is wrong. */
export function measureQuality(
  count: number,
  onError?: (what: string, text: string, value: string) => void,
): Quality[] {
  const detect = detectorOf(BUILT_IN_CLASSES);
  const tallies = new Map<DataClass, { labels: number; found: number; wrong: number; right: number }>(
    BUILT_IN_CLASSES.map((name) => [name, { labels: 0, found: 0, wrong: 0, right: 0 }]),
  );
  for (const { text, labels } of labelledTexts(count)) {
    const found = detect(text);
    for (const { start, end, class: name } of labels) {
      const tally = tallies.get(name);
      const isFound = found.some((one) => one.class === name && one.start <= start && one.end >= end);
      if (tally) tally.labels++;
      if (tally && isFound) tally.found++;
      if (!isFound) onError?.(`missed ${name}`, text, text.slice(start, end));
    }
    for (const { start, end, class: name } of found) {
      const isRight = labels.some((one) => one.class === name && one.start < end && start < one.end);
      const tally = tallies.get(name);
      if (tally) tally[isRight ? 'right' : 'wrong']++;
      if (!isRight) onError?.(`wrong ${name}`, text, text.slice(start, end));
    }
  }
  return [...tallies].map(([name, { labels, found, wrong, right }]) => ({
    class: name,
    labels,
    found,
    wrong,
    precision: right + wrong === 0 ? 1 : right / (right + wrong),
    recall: labels === 0 ? 1 : found / labels,
  }));
}
