import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

const DEFAULT_LIMIT_BYTES = 16 * 1024 * 1024;

/**
 * A log file that never grows past about twice `limitBytes`: when full it becomes `<file>.1`, replacing the last one.
 * Writing never throws: a full disk must not stop the stack because of its log; lines are lost instead.
 */
export class LogFile {
  readonly #file: string;
  readonly #limitBytes: number;
  #descriptor: number | undefined;
  #bytes = 0;

  constructor(file: string, limitBytes = DEFAULT_LIMIT_BYTES) {
    this.#file = file;
    this.#limitBytes = limitBytes;
  }

  write(chunk: Buffer): void {
    try {
      this.#descriptor ??= this.#open();
      writeSync(this.#descriptor, chunk);
      this.#bytes += chunk.length;
      if (this.#bytes >= this.#limitBytes) this.#rotate();
    } catch {
      this.close();
    }
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #open(): number {
    mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 });
    const descriptor = openSync(this.#file, 'a', 0o600);
    this.#bytes = fstatSync(descriptor).size;
    return descriptor;
  }

  #rotate(): void {
    this.close();
    renameSync(this.#file, `${this.#file}.1`);
  }
}
