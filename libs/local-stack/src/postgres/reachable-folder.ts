import { chmod, cp, mkdir, readlink, rename, rm, stat, symlink } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';

import { errorCode } from '../error-code.js';
import type { PostgresAccount } from './postgres-account.js';

const OTHERS_MAY_ENTER = 0o001;
const GROUP_MAY_ENTER = 0o010;
const OWNER_MAY_ENTER = 0o100;

/** Where root keeps what another account must be able to reach when the project itself lies below a private folder. */
const SYSTEM_DATA_FOLDER = '/var/lib/switchyard';
const SYSTEM_CACHE_FOLDER = '/var/cache/switchyard';

/** Whether `account` may enter every folder above `path`. Looks at the mode bits alone, which is what a fresh clone has. */
export async function isReachable(path: string, account: PostgresAccount): Promise<boolean> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const { mode, uid, gid } = await stat(folder);
    const bit = uid === account.uid ? OWNER_MAY_ENTER : gid === account.gid ? GROUP_MAY_ENTER : OTHERS_MAY_ENTER;
    if ((mode & bit) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

/**
 * A place for the database of `home` that `account` can reach. Normally `<home>/postgres`; when a folder above it is
 * private (a clone below /root), `<home>/postgres` becomes a link to a folder of its own below `systemFolder`, so that
 * the next start finds the same data and `ls -l` shows where it went.
 */
export async function reachableDataFolder(
  home: string,
  account: PostgresAccount | undefined,
  systemFolder = SYSTEM_DATA_FOLDER,
): Promise<string> {
  const folder = join(home, 'postgres');
  const linked = await readlink(folder).catch(() => undefined);
  if (linked !== undefined) return linked;
  if (account === undefined) return folder;
  // The account must be able to pass through our own folder; its files stay private by their own modes.
  await chmod(home, 0o711);
  if (await isReachable(folder, account)) return folder;
  const elsewhere = join(systemFolder, `postgres-${randomBytes(6).toString('hex')}`);
  await mkdir(systemFolder, { recursive: true, mode: 0o755 });
  await symlink(elsewhere, folder);
  return elsewhere;
}

/**
 * The Postgres installation where `account` can run it: as it lies in node_modules, or a copy below `systemFolder`
 * (made once per version, in one rename) when node_modules lies below a private folder.
 */
export async function reachableInstallation(
  installation: string,
  account: PostgresAccount | undefined,
  systemFolder = SYSTEM_CACHE_FOLDER,
): Promise<string> {
  if (account === undefined || (await isReachable(join(installation, 'bin', 'postgres'), account))) return installation;
  const { mtimeMs, size } = await stat(join(installation, 'bin', 'postgres'));
  const copy = join(systemFolder, `postgres-${size.toString(36)}-${Math.round(mtimeMs).toString(36)}`);
  const isThere = await stat(copy).then(
    () => true,
    () => false,
  );
  if (isThere) return copy;
  const work = `${copy}.${randomBytes(4).toString('hex')}`;
  await mkdir(systemFolder, { recursive: true, mode: 0o755 });
  try {
    await cp(installation, work, { recursive: true, verbatimSymlinks: true });
    await rename(work, copy);
  } catch (error) {
    await rm(work, { recursive: true, force: true });
    if (errorCode(error) !== 'ENOTEMPTY') throw error;
  }
  return copy;
}
