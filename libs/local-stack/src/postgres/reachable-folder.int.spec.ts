import { chmod, lstat, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { isReachable, reachableDataFolder, reachableInstallation } from './reachable-folder.js';

const SOMEBODY_ELSE = { name: 'postgres', uid: 64_000, gid: 64_000 };

describe('reachable folders', () => {
  let folder: string;
  let home: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchyard-reach-'));
    home = join(folder, 'home');
    await mkdir(home, { mode: 0o700 });
  });
  afterEach(async () => rm(folder, { recursive: true }));

  it('keeps the data in the home folder when Postgres runs under our own account', async () => {
    expect(await reachableDataFolder(home, undefined)).toBe(join(home, 'postgres'));
    expect((await lstat(home)).mode & 0o777).toBe(0o700);
  });

  it('lets another account pass through the home folder when that is enough', async () => {
    await chmod(folder, 0o755);

    expect(await reachableDataFolder(home, SOMEBODY_ELSE)).toBe(join(home, 'postgres'));
    expect((await lstat(home)).mode & 0o777).toBe(0o711);
  });

  it('links to a folder of the system below a private folder, and finds it again', async () => {
    const system = join(folder, 'system');
    const first = await reachableDataFolder(home, SOMEBODY_ELSE, system);

    expect(first.startsWith(join(system, 'postgres-'))).toBe(true);
    expect((await lstat(join(home, 'postgres'))).isSymbolicLink()).toBe(true);
    expect(await reachableDataFolder(home, SOMEBODY_ELSE, system)).toBe(first);
  });

  it('copies an installation that lies below a private folder, once', async () => {
    const installation = join(folder, 'installation');
    await mkdir(join(installation, 'bin'), { recursive: true });
    await writeFile(join(installation, 'bin', 'postgres'), 'binary');
    const system = join(folder, 'system');

    const copies = await Promise.all([1, 2].map(() => reachableInstallation(installation, SOMEBODY_ELSE, system)));

    expect(new Set(copies).size).toBe(1);
    expect(copies[0]?.startsWith(system)).toBe(true);
    expect(await isReachable(join(installation, 'bin', 'postgres'), SOMEBODY_ELSE)).toBe(false);
  });
});
