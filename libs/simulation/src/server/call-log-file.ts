import { closeSync, openSync, writeSync } from 'node:fs';
import type { CallRecord } from './call-record.js';

const FLUSH_INTERVAL_MILLISECONDS = 100;
const FLUSH_AT_CHARACTERS = 256 * 1024;

/**
 * Appends call records to a file, one JSON object per line. Lines are gathered and written at least every 100 ms, and
 * when the process exits by itself; only a kill -9 can lose the last tenth of a second. Throws when the file cannot be
 * opened.
 */
export class CallLogFile {
  private readonly file: number;
  private pending = '';
  private timer: NodeJS.Timeout | undefined;
  private readonly flushAtExit = (): void => this.flush();

  constructor(path: string) {
    this.file = openSync(path, 'a');
    process.once('exit', this.flushAtExit);
  }

  append(record: CallRecord): void {
    this.pending += `${JSON.stringify(record)}\n`;
    if (this.pending.length >= FLUSH_AT_CHARACTERS) this.flush();
    else this.timer ??= setTimeout(this.flushAtExit, FLUSH_INTERVAL_MILLISECONDS);
  }

  /** Writes what is pending. Synchronous: a tenth of a second of lines takes well under a millisecond to append. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.pending === '') return;
    const bytes = Buffer.from(this.pending);
    this.pending = '';
    for (let written = 0; written < bytes.length;) written += writeSync(this.file, bytes, written);
  }

  close(): void {
    this.flush();
    process.removeListener('exit', this.flushAtExit);
    closeSync(this.file);
  }
}
