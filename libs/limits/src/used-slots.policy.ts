import type { LimitMeasure } from '#libs/contracts';
import { MEASURES, slotOf } from './measure.policy.js';

/** The number of the first slot, then what was used in it and in each one after; nothing where it is empty. */
export type UsedSlots = readonly number[];

/** A use, or a correction of one, in a slot of time. */
export interface SlotUse {
  readonly slot: number;
  readonly amount: number;
}

/** The slots that still count, with further uses in theirs; what has left the window meanwhile is not counted. */
export function withUses(
  measure: LimitMeasure,
  used: UsedSlots,
  { uses, at }: { uses: readonly SlotUse[]; at: number },
): number[] {
  const first = firstCounted(measure, at);
  const amounts = new Map<number, number>();
  const [start = 0, ...counts] = used;
  counts.forEach((count, index) => amounts.set(start + index, count));
  for (const { slot, amount } of uses) amounts.set(slot, (amounts.get(slot) ?? 0) + amount);
  const counted = [...amounts].filter(([slot, amount]) => slot >= first && amount > 0);
  if (counted.length === 0) return [];
  const from = Math.min(...counted.map(([slot]) => slot));
  const to = Math.max(...counted.map(([slot]) => slot));
  const slots = Array.from({ length: to - from + 1 }, () => 0);
  for (const [slot, amount] of counted) slots[slot - from] = amount;
  return [from, ...slots];
}

/** All that was used within the window. */
export function sumOf([_first, ...counts]: UsedSlots): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/** When so much of what is used has left the window; undefined where not even all of it is enough. */
export function freeAgainAt(measure: LimitMeasure, used: UsedSlots, amount: number): number | undefined {
  const [first = 0, ...counts] = used;
  let freed = 0;
  for (const [index, count] of counts.entries()) {
    freed += count;
    if (count > 0 && freed >= amount) return leavesAt(measure, first + index);
  }
  return undefined;
}

function leavesAt(measure: LimitMeasure, slot: number): number {
  const { slotMilliseconds, windowMilliseconds } = MEASURES[measure];
  return (slot + 1) * slotMilliseconds + windowMilliseconds;
}

/** The oldest slot whose end lies within the window. */
function firstCounted(measure: LimitMeasure, at: number): number {
  return slotOf(measure, at - MEASURES[measure].windowMilliseconds);
}
