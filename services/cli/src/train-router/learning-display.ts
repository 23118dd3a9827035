import { ProgressBar } from '../show-progress/progress-bar.js';

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
  private readonly bar = new ProgressBar();

  say(sentence: string): void {
    this.stop();
    process.stderr.write(`${sentence}\n`);
  }

  advance(what: string, done: number): void {
    const line = `  ${what}: ${Math.floor(100 * done)} %`;
    this.bar.show({ format: FORMAT, value: Math.round(done * WHOLE), total: WHOLE, payload: { what }, line });
  }

  stop(): void {
    this.bar.stop();
  }
}
