import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { ensureDatabase } from './ensure-database.js';
import { PostgresServer } from './postgres-server.js';

describe('PostgresServer', () => {
  let folder: string;
  let server: PostgresServer | undefined;

  const start = async (port = 0): Promise<PostgresServer> => {
    server = await PostgresServer.start({ dataFolder: join(folder, 'data'), password: 'a-password', port });
    return server;
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchyard-postgres-'));
    await chmod(folder, 0o711);
  });
  afterEach(async () => {
    await server?.kill();
    server = undefined;
    await rm(folder, { recursive: true, force: true });
  });

  it('finds its data at the second start, after a clean stop and after a kill -9', async () => {
    const first = await start();
    await ensureDatabase(first.urlOf('postgres'), 'switchyard');
    await ensureDatabase(first.urlOf('postgres'), 'switchyard');
    await query(first.urlOf('switchyard'), 'CREATE TABLE parcel AS SELECT 7 AS id');
    expect(await first.stop()).toEqual({ code: 0, signal: null });

    const second = await start(first.port);
    await query(second.urlOf('switchyard'), 'INSERT INTO parcel VALUES (8)');
    await second.kill();
    const third = await start(first.port);

    expect(third.port).toBe(first.port);
    expect(await query(third.urlOf('switchyard'), 'SELECT id FROM parcel ORDER BY id')).toEqual([{ id: 7 }, { id: 8 }]);
  });

  it('is Postgres 18, listens on the loopback address only and asks for the password', async () => {
    const { port } = await start();
    const url = server?.urlOf('postgres') ?? '';

    expect(await query(url, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
    expect(await query(url, 'SHOW synchronous_commit')).toEqual([{ synchronous_commit: 'on' }]);
    const [version] = await query(url, 'SHOW server_version');
    expect(version).toEqual({ server_version: expect.stringMatching(/^18\./) });
    await expect(query(`postgres://switchyard:wrong@127.0.0.1:${port}/postgres`, 'SELECT 1')).rejects.toThrow(
      /password authentication failed/,
    );
  });

  it('starts although a stale postmaster.pid names a living process of another kind', async () => {
    await (await start()).stop();
    const file = join(folder, 'data', 'postmaster.pid');
    await writeFile(file, `${process.pid}\n${join(folder, 'data')}\n`);

    const again = await start();

    expect((await readFile(file, 'utf8')).split('\n')[0]).toBe(String(again.pid));
  });

  it('refuses a folder that another Postgres is using', async () => {
    const first = await start();

    const second = PostgresServer.start({ dataFolder: join(folder, 'data'), password: 'a-password' });

    await expect(second).rejects.toThrow(`Another Postgres (process ${first.pid}) is already using`);
  });
});

async function query(connectionString: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
