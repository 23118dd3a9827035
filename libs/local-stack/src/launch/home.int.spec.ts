import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:net';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { prepareHomeFolder } from './home-folder.js';
import { lockHome } from './home-lock.js';
import { adminKey, keepAdminKey, secretKey } from './keys.js';
import { assertDatabaseIsReachable, assertNatsIsReachable, assertPortIsFree } from './reachability.js';
import { freePort } from '../processes/free-port.js';

describe('the data folder', () => {
  let folder: string;
  let home: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchyard-home-'));
    home = join(folder, 'home');
  });
  afterEach(async () => rm(folder, { recursive: true }));

  it('is private to its owner', async () => {
    await prepareHomeFolder(home);

    expect((await stat(home)).mode & 0o777).toBe(0o700);
    expect(await readdir(home)).toEqual([]);
  });

  it('says how much space is missing', async () => {
    await expect(prepareHomeFolder(home, 2 ** 60)).rejects.toMatchObject({
      message: expect.stringMatching(/^The disk of .* has only \d+ MiB left/),
      remedy: expect.stringContaining('SWITCHYARD_HOME'),
    });
  });

  it('says that a file is in the way', async () => {
    await writeFile(home, 'a file');

    await expect(prepareHomeFolder(join(home, 'below'))).rejects.toThrow(/a part of the path is a file/);
  });

  it('belongs to one launcher at a time, and passes on from one that is gone', async () => {
    await prepareHomeFolder(home);
    const unlock = await lockHome(home);
    await expect(lockHome(home)).rejects.toThrow(`Switchyard already runs on ${home} (process ${process.pid}).`);
    await unlock();

    await writeFile(join(home, 'lock.json'), JSON.stringify({ pid: process.pid, identity: 'of another time' }));
    const unlockAgain = await lockHome(home);
    await unlockAgain();
    expect(await readdir(home)).toEqual([]);
  });

  it('lets only one of several take over a lock that was left behind', async () => {
    await prepareHomeFolder(home);
    await writeFile(join(home, 'lock.json'), 'damaged');

    const attempts = await Promise.allSettled([1, 2, 3, 4].map(() => lockHome(home)));

    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('shows a new admin key once and keeps only its digest', async () => {
    await prepareHomeFolder(home);
    const neverShown = await adminKey(home, undefined);
    const made = await adminKey(home, undefined);
    await keepAdminKey(home, made);
    const later = await adminKey(home, undefined);

    expect(made.key).not.toBe(neverShown.key);
    expect(made.key).toMatch(/^sy_admin_[A-Za-z0-9_-]{32}$/);
    expect(later).toEqual({ sha256: made.sha256, key: undefined, origin: 'made earlier' });
    expect(await readFile(join(home, 'admin-key.sha256'), 'utf8')).not.toContain(made.key);
    expect((await adminKey(home, 'a-key-of-my-own!')).origin).toBe('environment');
  });

  it('makes the secret key once and never replaces a damaged one', async () => {
    await prepareHomeFolder(home);
    const made = await secretKey(home, undefined);

    expect(Buffer.from(made, 'base64')).toHaveLength(32);
    expect(await secretKey(home, undefined)).toBe(made);
    expect((await stat(join(home, 'secret-key'))).mode & 0o777).toBe(0o600);
    await writeFile(join(home, 'secret-key'), 'c2hvcnQ=');
    await expect(secretKey(home, undefined)).rejects.toThrow(/is damaged/);
  });
});

describe('reachability', () => {
  it('names the setting when the port for callers is taken', async () => {
    const server = createServer();
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));

    await expect(assertPortIsFree('127.0.0.1', port)).rejects.toMatchObject({
      message: `Port ${port} on 127.0.0.1 is taken by another program.`,
      remedy: expect.stringContaining('SWITCHYARD_PORT'),
    });
    await new Promise((resolve) => server.close(resolve));
    await expect(assertPortIsFree('127.0.0.1', port)).resolves.toBeUndefined();
  });

  it('names the address of an external server that does not answer, without its password', async () => {
    const port = await freePort();

    await expect(assertNatsIsReachable(`nats://127.0.0.1:${port}`)).rejects.toThrow(
      `No NATS server answers at 127.0.0.1:${port}`,
    );
    const database = assertDatabaseIsReachable(`postgres://user:hidden@127.0.0.1:${port}/books`);
    await expect(database).rejects.toThrow(`The database 127.0.0.1:${port}/books`);
    await expect(database).rejects.not.toThrow(/hidden/);
  });
});
