import { LIMIT_MEASURES, type LimitMeasure } from '#libs/contracts';
import type { Exchange } from './exchange.policy.js';
import { slotOf } from './measure.policy.js';
import type { SlotUse } from './used-slots.policy.js';

/** What a process has used since it last told, by slots of time. */
export class UsesToTell {
  private uses: Partial<Record<LimitMeasure, Map<number, number>>> = {};

  get isEmpty(): boolean {
    return Object.keys(this.uses).length === 0;
  }

  /** A use, or a correction of one at the time of the use. */
  note(measure: LimitMeasure, at: number, amount: number): void {
    const uses = (this.uses[measure] ??= new Map<number, number>());
    const slot = slotOf(measure, at);
    uses.set(slot, (uses.get(slot) ?? 0) + amount);
  }

  /** All of it, which from now on counts as told. */
  take(): Exchange['uses'] {
    const told: Partial<Record<LimitMeasure, SlotUse[]>> = {};
    for (const measure of LIMIT_MEASURES) {
      const slots = this.uses[measure];
      if (slots) told[measure] = [...slots].map(([slot, amount]) => ({ slot, amount }));
    }
    this.uses = {};
    return told;
  }
}

/** Both, one after the other. */
export function joinedUses(first: Exchange['uses'], second: Exchange['uses']): Exchange['uses'] {
  return Object.fromEntries(
    LIMIT_MEASURES.map((measure) => [measure, [...(first[measure] ?? []), ...(second[measure] ?? [])]]),
  );
}
