import type { WorkRest } from '../dispatch-work/work-source.js';

/** Lines of a kind are looked at again after this time at the latest, as work is. */
const MOST_MILLISECONDS = 1_000;
/** A rest that is over soon is not worth asking for others meanwhile. */
const LEAST_MILLISECONDS = 50;
/** So often a few more are let go to a model none of whose targets can be called. */
const PROBES_EVERY_MILLISECONDS = 10 * 60_000;

interface Resting {
  readonly kind: string;
  readonly why: WorkRest;
}

/** Which kinds of lines of which batches wait now, by what the dispatching process knows; a new one asks again. */
export class RestingKinds {
  private readonly batches = new Map<string, Map<string, Resting & { readonly until: number }>>();
  private readonly probed = new Map<string, { readonly since: number; count: number }>();

  add(batchId: string, { kind, why }: Resting, now: number): void {
    const kinds = this.batches.get(batchId) ?? new Map<string, Resting & { readonly until: number }>();
    const milliseconds = Math.min(MOST_MILLISECONDS, Math.max(LEAST_MILLISECONDS, why.milliseconds));
    kinds.set(kind, { kind, why, until: now + milliseconds });
    this.batches.set(batchId, kinds);
  }

  /** Why lines of this kind are not asked for now; undefined where they are. */
  why(batchId: string, kind: string, now: number): WorkRest | undefined {
    return this.of(batchId, now).find((resting) => resting.kind === kind)?.why;
  }

  of(batchId: string, now: number): Resting[] {
    const kinds = this.batches.get(batchId);
    if (!kinds) return [];
    for (const [kind, { until }] of kinds) if (until <= now) kinds.delete(kind);
    if (kinds.size === 0) this.batches.delete(batchId);
    return [...kinds.values()];
  }

  /** How many of those wanted may go: all, or a few where nobody can be called, and some time later a few more. */
  probes(
    name: string,
    { isHeld, wanted, most }: { isHeld: boolean; wanted: number; most: number },
    now: number,
  ): number {
    for (const [other, { since }] of this.probed)
      if (since + PROBES_EVERY_MILLISECONDS <= now) this.probed.delete(other);
    if (!isHeld) {
      this.probed.delete(name);
      return wanted;
    }
    const probed = this.probed.get(name) ?? { since: now, count: 0 };
    const room = Math.min(wanted, Math.max(0, most - probed.count));
    this.probed.set(name, { since: probed.since, count: probed.count + room });
    return room;
  }
}
