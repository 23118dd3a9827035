import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { explainSystemError } from '../explain-system-error.js';
import { runCommand } from '../processes/run-command.js';
import type { PostgresAccount } from './postgres-account.js';

const INITDB_WITHIN_MILLISECONDS = 120_000;

/** What a new cluster needs to know. `durable` false skips the flush to disk: for tests only. */
export interface InitialiseClusterOptions {
  readonly installation: string;
  readonly dataFolder: string;
  readonly user: string;
  readonly password: string;
  readonly account: PostgresAccount | undefined;
  readonly durable: boolean;
}

/**
 * Makes a Postgres cluster in `dataFolder` unless one is there. It is made beside its place and renamed when whole, so
 * a start that was killed half-way leaves nothing that looks like a cluster. Locale and collation are Postgres's own
 * C.UTF-8: the same on every machine, whatever its locales. Passwords go by SCRAM.
 */
export async function initialiseCluster(options: InitialiseClusterOptions): Promise<void> {
  if (await isCluster(options.dataFolder)) return;
  const work = `${options.dataFolder}.new`;
  const passwordFolder = await mkdtemp(join(tmpdir(), 'switchyard-initdb-'));
  try {
    await rm(work, { recursive: true, force: true });
    await mkdir(dirname(work), { recursive: true });
    await mkdir(work, { mode: 0o700 });
    const passwordFile = join(passwordFolder, 'password');
    await writeFile(passwordFile, `${options.password}\n`, { mode: 0o600 });
    await giveTo(options.account, [work, passwordFolder, passwordFile]);
    await runCommand(join(options.installation, 'bin', 'initdb'), initdbArguments(options, work, passwordFile), {
      timeoutMilliseconds: INITDB_WITHIN_MILLISECONDS,
      workingFolder: work,
      uid: options.account?.uid,
      gid: options.account?.gid,
    });
    await rename(work, options.dataFolder);
  } catch (error) {
    throw explainSystemError(error, 'Making the database');
  } finally {
    await rm(passwordFolder, { recursive: true, force: true });
  }
}

/**
 * The password of the cluster's owner, kept in `file` (mode 0600): read when it is there, otherwise made of 24 random
 * bytes and stored before the cluster that will need it exists.
 */
export async function storedPassword(file: string): Promise<string> {
  const stored = await readFile(file, 'utf8').catch(() => undefined);
  if (stored !== undefined && stored.trim() !== '') return stored.trim();
  const password = randomBytes(24).toString('base64url');
  await writeFile(file, `${password}\n`, { mode: 0o600 });
  await chmod(file, 0o600);
  return password;
}

function initdbArguments({ user, durable }: InitialiseClusterOptions, folder: string, passwordFile: string): string[] {
  return [
    `--pgdata=${folder}`,
    `--username=${user}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    ...(durable ? [] : ['--no-sync']),
  ];
}

async function isCluster(folder: string): Promise<boolean> {
  return stat(join(folder, 'PG_VERSION')).then(
    () => true,
    () => false,
  );
}

async function giveTo(account: PostgresAccount | undefined, paths: readonly string[]): Promise<void> {
  if (account === undefined) return;
  for (const path of paths) await chown(path, account.uid, account.gid);
}
