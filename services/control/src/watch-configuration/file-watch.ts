import { statSync, watch, type FSWatcher } from 'node:fs';
import { dirname } from 'node:path';

const LOOK_EVERY_MILLISECONDS = 1_000;
const SETTLE_MILLISECONDS = 100;

/**
 * Tells when files have changed and come to rest. It listens to their folders, since editors put a new file in the place
 * of the old one, and looks by itself every second, since listening misses changes on some file systems. A change counts
 * once two looks in a row see the same; a file that is missing gets a second, because it may be about to come back.
 */
export class FileWatch {
  private readonly told = new Map<string, string>();
  private readonly listeners = new Map<string, FSWatcher>();
  private files: readonly string[] = [];
  private seen = '';
  private timer: NodeJS.Timeout | undefined;
  private settling: NodeJS.Timeout | undefined;

  constructor(private readonly onChange: () => void) {}

  start(): void {
    this.timer = setInterval(() => this.lookAfter(0), LOOK_EVERY_MILLISECONDS);
  }

  /** Watches these files, given by absolute paths, instead of those before; each new one counts as changed. */
  follow(files: readonly string[]): void {
    this.files = [...new Set(files)];
    for (const file of this.told.keys()) if (!this.files.includes(file)) this.told.delete(file);
    const folders = new Set(this.files.map((file) => dirname(file)));
    for (const [folder, listener] of this.listeners) if (!folders.has(folder)) this.deafen(folder, listener);
    for (const folder of folders) if (!this.listeners.has(folder)) this.listen(folder);
  }

  stop(): void {
    clearInterval(this.timer);
    clearTimeout(this.settling);
    for (const [folder, listener] of this.listeners) this.deafen(folder, listener);
  }

  private look(): void {
    this.settling = undefined;
    const now = this.files.map((file) => [file, stateOf(file)] as const);
    const summary = JSON.stringify(now);
    const isChanged = now.some(([file, state]) => this.told.get(file) !== state);
    if (!isChanged) return;
    if (summary !== this.seen) {
      this.seen = summary;
      this.lookAfter(now.some(([, state]) => state === 'missing') ? LOOK_EVERY_MILLISECONDS : SETTLE_MILLISECONDS);
      return;
    }
    for (const [file, state] of now) this.told.set(file, state);
    this.onChange();
  }

  /** A look already due stays as it is, or a folder with much coming and going would put it off for ever. */
  private lookAfter(delayMilliseconds: number): void {
    this.settling ??= setTimeout(() => this.look(), delayMilliseconds);
  }

  private listen(folder: string): void {
    try {
      const listener = watch(folder, { persistent: false }, () => this.lookAfter(SETTLE_MILLISECONDS / 4));
      listener.on('error', () => this.deafen(folder, listener));
      this.listeners.set(folder, listener);
    } catch {
      // A folder that cannot be listened to, or is not there yet, is still looked at every second.
    }
  }

  private deafen(folder: string, listener: FSWatcher): void {
    listener.close();
    this.listeners.delete(folder);
  }
}

/**
 * What changes whenever the file's content may have changed, a replacement of the same size and age included. A file that
 * cannot be looked at (a link to itself, a closed folder) has its error code for a state: this runs in a timer, where an
 * error would end the process, and once the file can be looked at it counts as changed.
 */
function stateOf(file: string): string {
  try {
    const found = statSync(file, { bigint: true, throwIfNoEntry: false });
    return found ? [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join(':') : 'missing';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}
