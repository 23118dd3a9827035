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
  private readonly probed = new Map<string, { readonly since: number; readonly lines: Set<number> }>();

  /** How many batches have such lines, as far as is known. */
  get size(): number {
    return this.batches.size;
  }

  add(batchId: string, { kind, why }: Resting, now: number): void {
    let kinds = this.batches.get(batchId);
    if (!kinds) {
      // Batches that have ended meanwhile are asked for no more.
      for (const other of this.batches.keys()) this.of(other, now);
      this.batches.set(batchId, (kinds = new Map()));
    }
    const milliseconds = Math.min(MOST_MILLISECONDS, Math.max(LEAST_MILLISECONDS, why.milliseconds));
    kinds.set(kind, { kind, why, until: now + milliseconds });
  }

  /** Why lines of this kind are not asked for now; undefined where they are. */
  why(batchId: string, kind: string, now: number): WorkRest | undefined {
    const resting = this.batches.get(batchId)?.get(kind);
    return resting && resting.until > now ? resting.why : undefined;
  }

  of(batchId: string, now: number): Resting[] {
    const kinds = this.batches.get(batchId);
    if (!kinds) return [];
    for (const [kind, { until }] of kinds) if (until <= now) kinds.delete(kind);
    if (kinds.size === 0) this.batches.delete(batchId);
    return [...kinds.values()];
  }

  /** How many of these lines may go: all, or a few where nobody can be called, and some time later a few more. */
  probes(
    name: string,
    { isHeld, lines, most }: { isHeld: boolean; lines: readonly number[]; most: number },
    now: number,
  ): number {
    for (const [other, { since }] of this.probed)
      if (since + PROBES_EVERY_MILLISECONDS <= now) this.probed.delete(other);
    if (!isHeld) {
      this.probed.delete(name);
      return lines.length;
    }
    const probed = this.probed.get(name) ?? { since: now, lines: new Set() };
    const going = lines.slice(0, Math.max(0, most - probed.lines.size));
    for (const line of going) probed.lines.add(line);
    this.probed.set(name, probed);
    return going.length;
  }

  /** A line that was to go does not: another may. */
  returnProbe(name: string, line: number): void {
    this.probed.get(name)?.lines.delete(line);
  }
}
