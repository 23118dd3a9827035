import { ProgressBar } from '../show-progress/progress-bar.js';
import type { Progress } from './progress.policy.js';

/** Shows how far an upload and a batch are. Everything goes to standard error. */
export interface ProgressDisplay {
  say(sentence: string): void;
  uploading(readBytes: number, totalBytes: number): void;
  advancing(progress: Progress): void;
  /** Removes what moves; what was said stays. */
  stop(): void;
}

/** Says nothing: for `--json`. */
export const silentDisplay: ProgressDisplay = {
  say: () => undefined,
  uploading: () => undefined,
  advancing: () => undefined,
  stop: () => undefined,
};

const UPLOAD = '  uploading {bar} {percentage} %';
const BATCH = '  {status} {bar} {percentage} % | {value}/{total} | failed {failed} | {rate}/s | {remaining} | {cost}';

/** Bars on a terminal, a line every few seconds elsewhere. */
export class BarDisplay implements ProgressDisplay {
  private readonly bar = new ProgressBar();

  say(sentence: string): void {
    this.stop();
    process.stderr.write(`${sentence}\n`);
  }

  uploading(value: number, total: number): void {
    const percent = total === 0 ? 100 : Math.floor((100 * value) / total);
    this.bar.show({ format: UPLOAD, value, total, payload: {}, line: `  uploading: ${percent} %` });
  }

  advancing({ total, ended, status, failed, linesPerSecond, remaining, cost }: Progress): void {
    const rate = linesPerSecond.toFixed(0);
    const payload = { status, failed, rate, remaining, cost };
    const line = `  ${status}: ${ended} of ${total}, ${failed} failed, ${rate}/s, ${remaining}, ${cost}`;
    this.bar.show({ format: BATCH, value: ended, total, payload, line });
  }

  stop(): void {
    this.bar.stop();
  }
}
