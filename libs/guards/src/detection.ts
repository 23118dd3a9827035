import type { DataClass } from '#libs/contracts';

/** Where something was found in a text, in UTF-16 units: `start` inclusive, `end` exclusive. It never holds what was found. */
export interface Detection {
  readonly start: number;
  readonly end: number;
  readonly class: DataClass;
}

/** Finds one class of data in a text. Linear in its length, without state. */
export type Detector = (text: string) => Detection[];

/** What goes before what where two findings overlap and are equally long. */
const RANK: readonly DataClass[] = [
  'secret',
  'card',
  'iban',
  'national_id',
  'email',
  'ip_address',
  'phone',
  'custom',
  'person',
  'address',
];

/** The findings in the order of the text, without overlaps: the longest stays, of equal ones that of the rarer class. */
export function withoutOverlaps(found: readonly Detection[]): Detection[] {
  if (found.length < 2) return [...found];
  const best = found.toSorted(
    (one, other) =>
      other.end - other.start - (one.end - one.start) || RANK.indexOf(one.class) - RANK.indexOf(other.class),
  );
  const kept: Detection[] = [];
  for (const one of best) {
    if (!kept.some(({ start, end }) => one.start < end && start < one.end)) kept.push(one);
  }
  return kept.toSorted((one, other) => one.start - other.start);
}
