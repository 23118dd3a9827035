import { Presets, SingleBar } from 'cli-progress';
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
  private bar: { format: string; single: SingleBar } | undefined;

  say(sentence: string): void {
    this.stop();
    process.stderr.write(`${sentence}\n`);
  }

  uploading(readBytes: number, totalBytes: number): void {
    this.show(UPLOAD, { value: readBytes, total: totalBytes }, {});
  }

  advancing({ total, ended, status, failed, linesPerSecond, remaining, cost }: Progress): void {
    this.show(BATCH, { value: ended, total }, { status, failed, rate: linesPerSecond.toFixed(0), remaining, cost });
  }

  stop(): void {
    this.bar?.single.stop();
    this.bar = undefined;
  }

  private show(format: string, { value, total }: { value: number; total: number }, payload: object): void {
    if (this.bar?.format !== format) {
      this.stop();
      const single = new SingleBar(
        { format, hideCursor: true, noTTYOutput: true, notTTYSchedule: 5_000 },
        Presets.shades_classic,
      );
      single.start(total, value, payload);
      this.bar = { format, single };
    }
    this.bar.single.setTotal(total);
    this.bar.single.update(value, payload);
  }
}
