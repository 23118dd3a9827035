import { chmod, mkdir, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { errorCode } from '../error-code.js';
import { explainSystemError } from '../explain-system-error.js';
import { LocalStackError } from '../local-stack.error.js';

const LEAST_FREE_BYTES = 512 * 1024 * 1024;
const MEBIBYTE = 1024 * 1024;

/**
 * Makes the data folder (mode 0700) or checks the one that is there: it must be a folder we may write to, on a disk with
 * at least 512 MiB free. Throws a `LocalStackError` with the remedy otherwise.
 */
export async function prepareHomeFolder(home: string, leastFreeBytes = LEAST_FREE_BYTES): Promise<void> {
  try {
    await makeFolder(home);
    // Nobody else may look in; passing through stays allowed where Postgres needs it (see reachableDataFolder).
    const { mode } = await stat(home);
    if ((mode & 0o066) !== 0) await chmod(home, mode & 0o711);
    const trial = join(home, `.trial-${process.pid}`);
    await writeFile(trial, 'may we write here?');
    await rm(trial);
  } catch (error) {
    throw explainSystemError(error, `Preparing the data folder ${home}`);
  }
  const { bavail, bsize } = await statfs(home);
  if (bavail * bsize >= leastFreeBytes) return;
  throw new LocalStackError(
    `The disk of ${home} has only ${Math.floor((bavail * bsize) / MEBIBYTE)} MiB left; Switchyard needs at least ${Math.ceil(leastFreeBytes / MEBIBYTE)} MiB.`,
    'Free some space, or set SWITCHYARD_HOME to a folder on another disk.',
  );
}

/** mkdir's own recursive mode hides why it fails (a read-only disk shows as ENOENT) and never ends below /proc. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EEXIST' && (await stat(folder)).isDirectory()) return;
    if (code !== 'ENOENT' || folder === dirname(folder) || (await exists(dirname(folder)))) throw error;
    await makeFolder(dirname(folder));
    await mkdir(folder, { mode: 0o700 });
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
