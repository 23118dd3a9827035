import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { z } from 'zod';

import { identifyProcess } from './process-identity.js';

const processRecordSchema = z
  .object({ name: z.string(), pid: z.number().int().positive(), identity: z.string() })
  .readonly();

/** One process that a launcher started: enough to recognise it later, when its launcher is gone. */
export type ProcessRecord = z.infer<typeof processRecordSchema>;

/**
 * The folder (SWITCHYARD_HOME/run) in which a launcher notes the processes it started, one JSON file each, named
 * after the process. A record whose process has ended is harmless: `living` leaves it out.
 */
export class ProcessRecords {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async write(name: string, pid: number): Promise<void> {
    const identity = identifyProcess(pid);
    if (identity === undefined) return;
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const file = join(this.#folder, `${name}.json`);
    await writeFile(`${file}.new`, JSON.stringify({ name, pid, identity } satisfies ProcessRecord), { mode: 0o600 });
    await rename(`${file}.new`, file);
  }

  async remove(name: string): Promise<void> {
    await rm(join(this.#folder, `${name}.json`), { force: true });
  }

  /** The recorded processes that still live and are truly the ones recorded. */
  async living(): Promise<readonly ProcessRecord[]> {
    const files = await readdir(this.#folder).catch(() => []);
    const records = await Promise.all(files.filter((file) => file.endsWith('.json')).map((file) => this.#read(file)));
    return records
      .filter((record) => record !== undefined)
      .filter(({ pid, identity }) => identifyProcess(pid) === identity);
  }

  async #read(file: string): Promise<ProcessRecord | undefined> {
    try {
      return processRecordSchema.parse(JSON.parse(await readFile(join(this.#folder, file), 'utf8')));
    } catch {
      return undefined;
    }
  }
}
