import type { GuardSide, GuardVerdict } from '#libs/contracts';
import type { CompiledGuard } from './compiled-guard.js';
import type { Detection } from './detection.js';
import { GuardRefused } from './guard-refused.error.js';

const VERDICT_OF = { block: 'blocked', mask: 'masked', reversible: 'masked', note: 'noted' } as const;

/** Names of classes may come from a model or a service; the record takes so many, so long. */
const MOST_CLASSES = 50;
const MOST_NAME_CHARACTERS = 100;

/** Counts what one guard finds in one request or answer, and makes its verdict of that. */
export class VerdictTally {
  private readonly counts = new Map<string, number>();
  private milliseconds = 0;

  constructor(
    private readonly guard: CompiledGuard,
    private readonly side: GuardSide,
  ) {}

  /** Runs something of the guard's, and counts its time. */
  timed<T>(work: () => T): T {
    const began = performance.now();
    try {
      return work();
    } finally {
      this.milliseconds += performance.now() - began;
    }
  }

  /** Time that was spent waiting for somebody else. */
  spent(milliseconds: number): void {
    this.milliseconds += milliseconds;
  }

  note(found: readonly Detection[]): void {
    for (const { class: dataClass } of found) this.noteClass(dataClass);
  }

  noteClass(name: string): void {
    const told = name.slice(0, MOST_NAME_CHARACTERS);
    if (this.counts.size >= MOST_CLASSES && !this.counts.has(told)) return;
    this.counts.set(told, (this.counts.get(told) ?? 0) + 1);
  }

  get classes(): string[] {
    return [...this.counts.keys()];
  }

  /** What the record says; `as` where it is not told by what was found. */
  verdict(as?: GuardVerdict['verdict']): GuardVerdict {
    const { name: guard, kind, action } = this.guard.entry;
    const found = [...this.counts].map(([name, count]) => ({ class: name, count }));
    return {
      guard,
      kind,
      on: this.side,
      verdict: as ?? (found.length === 0 ? 'pass' : VERDICT_OF[action]),
      ...(found.length === 0 ? {} : { found }),
      milliseconds: Math.round(this.milliseconds * 1_000) / 1_000,
    };
  }

  /** The refusal of this guard, after the verdicts of those before it; `more` goes into its own. */
  refusal(
    code: GuardRefused['code'],
    before: readonly GuardVerdict[],
    { more, cause }: { readonly more?: Partial<GuardVerdict>; readonly cause?: unknown } = {},
  ): GuardRefused {
    const { name: guard, kind } = this.guard.entry;
    const verdict = { ...this.verdict(code === 'guard_blocked' ? 'blocked' : 'unavailable'), ...more };
    const refusal = { guard, kind, on: this.side, classes: this.classes, verdicts: [...before, verdict] };
    return new GuardRefused(code, refusal, { cause });
  }
}
