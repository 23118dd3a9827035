import { writeSync } from 'node:fs';

const STANDARD_OUTPUT = 1;
const LONGEST_WAIT_MILLISECONDS = 1_000;
const WAIT_MILLISECONDS = 2;

/** Writes bytes to a descriptor and gives how many it took; `fs.writeSync` but in tests. */
export type WriteBytes = (descriptor: number, bytes: Uint8Array) => number;

/**
 * Standard output for log lines, written at once. A reader that is gone (EPIPE: whoever started us was killed) closes it
 * for good, so that the service can still end: pino's own stream waits for such a reader for ever when it flushes at exit.
 * A reader that is merely slow is waited for up to a second; then the rest of that line is lost, and the service goes on.
 */
export class StandardOutput {
  readonly #writeBytes: WriteBytes;
  #isOpen = true;

  constructor(writeBytes: WriteBytes = writeSync) {
    this.#writeBytes = writeBytes;
  }

  write(line: string): void {
    let rest: Uint8Array = Buffer.from(line);
    const deadline = Date.now() + LONGEST_WAIT_MILLISECONDS;
    while (this.#isOpen && rest.length > 0) {
      const taken = this.#offer(rest);
      rest = rest.subarray(taken);
      if (taken > 0) continue;
      if (Date.now() > deadline) return;
      pause();
    }
  }

  #offer(bytes: Uint8Array): number {
    try {
      return this.#writeBytes(STANDARD_OUTPUT, bytes);
    } catch (error) {
      const isBusy = error instanceof Error && 'code' in error && error.code === 'EAGAIN';
      if (!isBusy) this.#isOpen = false;
      return 0;
    }
  }
}

function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAIT_MILLISECONDS);
}
