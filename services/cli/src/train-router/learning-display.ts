import { Presets, SingleBar } from 'cli-progress';

/** Shows how far learning is, on standard error. */
export interface LearningDisplay {
  say(sentence: string): void;
  /** The share of the work done, 0 to 1. */
  advance(what: string, done: number): void;
  /** Removes what moves; what was said stays. */
  stop(): void;
}

/** Says nothing: for `--json`. */
export const silentLearning: LearningDisplay = {
  say: () => undefined,
  advance: () => undefined,
  stop: () => undefined,
};

const WHOLE = 1_000;
const FORMAT = '  {what} {bar} {percentage} % | {duration_formatted}';

/** A bar on a terminal, a line every few seconds elsewhere. */
export class LearningBar implements LearningDisplay {
  private bar: SingleBar | undefined;

  say(sentence: string): void {
    this.stop();
    process.stderr.write(`${sentence}\n`);
  }

  advance(what: string, done: number): void {
    if (this.bar === undefined) {
      this.bar = new SingleBar(
        { format: FORMAT, hideCursor: true, noTTYOutput: true, notTTYSchedule: 5_000 },
        Presets.shades_classic,
      );
      this.bar.start(WHOLE, 0, { what });
    }
    this.bar.update(Math.round(done * WHOLE), { what });
  }

  stop(): void {
    this.bar?.stop();
    this.bar = undefined;
  }
}
