import type { GuardVerdict } from '#libs/contracts';
import type { CompiledGuard } from '../compiled-guard.js';
import { VerdictTally } from '../verdict-tally.js';

/** The guards of one streamed answer, each with what it has found so far. */
export class AnswerTallies {
  readonly steps: readonly { readonly guard: CompiledGuard; readonly tally: VerdictTally }[];

  constructor(guards: readonly CompiledGuard[]) {
    this.steps = guards.map((guard) => ({ guard, tally: new VerdictTally(guard, 'answer') }));
  }

  /** Those of the guards before one, in order; of all where none is named. */
  verdicts(before?: VerdictTally): GuardVerdict[] {
    const end = before ? this.steps.findIndex(({ tally }) => tally === before) : this.steps.length;
    return this.steps.slice(0, end).map(({ tally }) => tally.verdict());
  }
}
