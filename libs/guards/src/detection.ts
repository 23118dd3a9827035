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

/** The findings in the order of the text, without overlaps: the longer stays, of equally long ones that of the rarer class. */
export function withoutOverlaps(found: readonly Detection[]): Detection[] {
  if (found.length < 2) return [...found];
  const kept: Detection[] = [];
  for (const one of found.toSorted((left, right) => left.start - right.start)) {
    const last = kept.at(-1);
    if (!last || one.start >= last.end) kept.push(one);
    else if (isBetter(one, last)) kept[kept.length - 1] = one;
  }
  return kept;
}

function isBetter(one: Detection, other: Detection): boolean {
  const longer = one.end - one.start - (other.end - other.start);
  return longer > 0 || (longer === 0 && RANK.indexOf(one.class) < RANK.indexOf(other.class));
}
