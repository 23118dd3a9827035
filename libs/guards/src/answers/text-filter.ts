import { withoutOverlaps, type Detection } from '../detection.js';
import type { Placeholders } from '../masking/placeholders.js';
import type { VerdictTally } from '../verdict-tally.js';
import type { CompiledGuard } from '../compiled-guard.js';
import type { AnswerTallies } from './answer-tallies.js';
import { unfinishedFrom } from './unfinished.js';

/** How much of what has gone out already detectors see again, for the words that announce a number. */
const CONTEXT_CHARACTERS = 64;

/** How a text of an answer is treated. */
export interface TextManner {
  /** Whether it is JSON itself, as a tool's arguments are. */
  readonly isJson: boolean;
  /** Whether placeholders are replaced; not in what a provider has signed. */
  readonly restores: boolean;
  /** Whether what is found counts for the record; not where the same text came before in pieces. */
  readonly counts: boolean;
}

interface GuardFinding extends Detection {
  readonly guard: CompiledGuard;
  readonly tally: VerdictTally;
}

/**
 * One text of an answer that comes in pieces: lets go what is certainly no beginning of something that is looked for, masked and
 * restored, and holds the rest back until it is. The pieces together say the same however they are cut.
 */
export class TextFilter {
  private context = '';
  private held = '';
  private readonly reachCharacters: number;

  constructor(
    private readonly tallies: AnswerTallies,
    private readonly placeholders: Placeholders,
    private readonly manner: TextManner,
  ) {
    this.reachCharacters = Math.max(0, ...tallies.steps.map(({ guard }) => guard.reachCharacters));
  }

  get isHolding(): boolean {
    return this.held !== '';
  }

  /** The next piece, and what may go on. @throws GuardRefused */
  push(piece: string): string {
    return this.release(this.held + piece, false);
  }

  /** What was held back until the end of the text. @throws GuardRefused */
  end(): string {
    return this.release(this.held, true);
  }

  private release(text: string, isLast: boolean): string {
    const found = this.findingsIn(text);
    const cut = isLast ? text.length : this.cutOf(text, found);
    const settled = found.filter(({ end }) => end <= cut);
    for (const one of settled) this.settle(one);
    const released = this.masked(text.slice(0, cut), settled);
    this.held = text.slice(cut);
    this.context = (this.context + text.slice(0, cut)).slice(-CONTEXT_CHARACTERS);
    return this.manner.restores ? this.placeholders.restore(released, this.manner.isJson) : released;
  }

  /** Of every guard, by places in `text`; where two guards find the same, the first has it. */
  private findingsIn(text: string): GuardFinding[] {
    const { steps } = this.tallies;
    const offset = this.context.length;
    const seen = offset === 0 ? text : this.context + text;
    const all: GuardFinding[] = [];
    for (const { guard, tally } of steps) {
      for (const { start, end, class: dataClass } of tally.timed(() => withoutOverlaps(guard.find?.(seen) ?? []))) {
        if (end <= offset) continue;
        const one = { start: Math.max(0, start - offset), end: end - offset, class: dataClass, guard, tally };
        if (!all.some((other) => one.start < other.end && other.start < one.end)) all.push(one);
      }
    }
    return all.toSorted((one, other) => one.start - other.start);
  }

  private cutOf(text: string, found: readonly GuardFinding[]): number {
    let cut = this.manner.restores ? this.placeholders.unfinishedFrom(text) : text.length;
    if (this.tallies.steps.length > 0) {
      cut = Math.max(0, Math.min(cut, unfinishedFrom(text), text.length - this.reachCharacters));
    }
    for (const { start, end } of found) if (start < cut && cut < end) cut = start;
    return cut;
  }

  private settle({ guard, tally, class: dataClass }: GuardFinding): void {
    if (this.manner.counts) tally.noteClass(dataClass);
    if (guard.entry.action !== 'block') return;
    if (!this.manner.counts) tally.noteClass(dataClass);
    throw tally.refusal('guard_blocked', this.tallies.verdicts(tally));
  }

  private masked(text: string, found: readonly GuardFinding[]): string {
    let masked = '';
    let from = 0;
    for (const { start, end, guard, class: dataClass } of found) {
      if (guard.entry.action === 'note') continue;
      masked += text.slice(from, start) + `[${dataClass.toUpperCase()}]`;
      from = end;
    }
    return masked + text.slice(from);
  }
}
