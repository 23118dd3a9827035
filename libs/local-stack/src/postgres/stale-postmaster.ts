import { execFileSync } from 'node:child_process';
import { readFile, readlink, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { LocalStackError } from '../local-stack.error.js';

/**
 * Looks at the postmaster.pid of a data folder before a start. After a kill -9 it stays behind; Postgres replaces it
 * by itself when its pid is free, but refuses when that pid now belongs to another program: then it is removed here.
 * Throws when a Postgres really runs on this folder.
 */
export async function clearStalePostmaster(dataFolder: string): Promise<void> {
  const file = join(dataFolder, 'postmaster.pid');
  const pid = Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 0) return;
  const program = await programOf(pid);
  if (program === undefined) return;
  if (!program.includes('postgres')) {
    await rm(file, { force: true });
    return;
  }
  throw new LocalStackError(
    `Another Postgres (process ${pid}) is already using ${dataFolder}.`,
    `Stop it first (kill -INT ${pid}), then start again.`,
  );
}

async function programOf(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') return readlink(`/proc/${pid}/exe`).catch(() => undefined);
  try {
    return execFileSync('ps', ['-o', 'comm=', '-p', String(pid)], { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return undefined;
  }
}
