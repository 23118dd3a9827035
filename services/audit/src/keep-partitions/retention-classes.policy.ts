import type { RetentionRule } from '#libs/contracts';

const DAY_MILLISECONDS = 24 * 60 * 60_000;
/** What is narrower counts more; the tenant's place more than the model, and that more than the type of entry. */
const WEIGHTS = { project: 8, organization: 4, model: 2, types: 1 } as const;

/** How long entries are kept: those of each class, and all others. */
export interface RetentionPlan {
  /** The narrowest first: an entry is of the first class that it fits. */
  readonly classes: readonly RetentionRule[];
  /** Of entries of no class; undefined: for ever. */
  readonly otherDays: number | undefined;
}

/** What of a partition is past its time. */
export interface DueClasses {
  /** Places in the list of classes. */
  readonly classes: readonly number[];
  /** Whether entries of no class are. */
  readonly others: boolean;
  /** Whether that is all there can be. */
  readonly isAll: boolean;
}

/** Puts rules into the order in which they hold. */
export function retentionPlan(rules: readonly RetentionRule[], otherDays: number | undefined): RetentionPlan {
  return { classes: rules.toSorted((left, right) => weightOf(right) - weightOf(left)), otherDays };
}

/** Which classes have nothing in a partition that is younger than they are kept. `until` is when its last entry can be from. */
export function dueClasses({ classes, otherDays }: RetentionPlan, until: number, now: number): DueClasses {
  const isDue = (days: number | undefined): boolean => days !== undefined && until <= now - days * DAY_MILLISECONDS;
  const due = [...classes.keys()].filter((place) => isDue(classes[place]?.days));
  const others = isDue(otherDays);
  return { classes: due, others, isAll: others && due.length === classes.length };
}

/** What the classes are called, for the record. */
export function namesOf({ classes }: RetentionPlan, due: DueClasses): string[] {
  const names = due.classes.flatMap((place) => classes[place]?.class ?? []);
  return [...new Set([...names, ...(due.others ? ['others'] : [])])].toSorted();
}

function weightOf(rule: RetentionRule): number {
  const named = (['project', 'organization', 'model', 'types'] as const).filter((name) => rule[name] !== undefined);
  return named.reduce((sum, name) => sum + WEIGHTS[name], 0);
}
