import { Presets, SingleBar } from 'cli-progress';

/** How far something is, and the words around the bar on a terminal and instead of it elsewhere. */
export interface Step {
  readonly value: number;
  readonly total: number;
  /** As cli-progress has it: `{bar}`, `{percentage}`, and what the payload names. */
  readonly format: string;
  readonly payload: object;
  /** The same as one line of a log. */
  readonly line: string;
}

const BETWEEN_LINES_MILLISECONDS = 5_000;

/** A bar that moves on a terminal; elsewhere, as in the log of a job, a line when something has changed and some seconds are over. */
export class ProgressBar {
  private bar: { format: string; single: SingleBar } | undefined;
  private lastLine: { text: string; at: number } | undefined;

  constructor(
    private readonly output: Pick<NodeJS.WriteStream, 'write' | 'isTTY'> = process.stderr,
    private readonly now: () => number = () => performance.now(),
  ) {}

  show(step: Step): void {
    if (this.output.isTTY) this.move(step);
    else this.tell(step.line);
  }

  /** Removes what moves. */
  stop(): void {
    this.bar?.single.stop();
    this.bar = undefined;
  }

  private move({ format, total, value, payload }: Step): void {
    if (this.bar?.format !== format) {
      this.stop();
      const single = new SingleBar({ format, hideCursor: true }, Presets.shades_classic);
      single.start(total, value, payload);
      this.bar = { format, single };
    }
    this.bar.single.setTotal(total);
    this.bar.single.update(value, payload);
  }

  /** What is over within seconds needs no line at all. */
  private tell(text: string): void {
    this.lastLine ??= { text: '', at: this.now() };
    if (text === this.lastLine.text || this.now() - this.lastLine.at < BETWEEN_LINES_MILLISECONDS) return;
    this.lastLine = { text, at: this.now() };
    this.output.write(`${text}\n`);
  }
}
