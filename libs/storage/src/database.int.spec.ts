import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createTestDatabase, eventually, startTcpProxy, type TcpProxy, type TestDatabase } from '#libs/testing';
import { createInboxTable } from './create-inbox-table.js';
import { Database } from './database.js';
import { InboxEntry } from './inbox-entry.entity.js';
import { InboxPurge } from './inbox-purge.js';
import { StorageUnavailable } from './storage-unavailable.js';

class CreateInbox1764000000000 implements MigrationInterface {
  up = async (runner: QueryRunner): Promise<void> => void (await runner.query(createInboxTable('shop')));
  down = async (runner: QueryRunner): Promise<void> => void (await runner.query('DROP TABLE shop.inbox'));
}

class NeverRun1764000000010 implements MigrationInterface {
  up = async (): Promise<void> => undefined;
  down = async (): Promise<void> => undefined;
}

const log = { info: () => undefined, warn: () => undefined };
const DAY_MILLISECONDS = 86_400_000;

describe('a database', () => {
  let server: TestDatabase;
  let proxy: TcpProxy;
  let database: Database;
  const open = () =>
    new Database({
      url: proxy.url,
      schema: 'shop',
      entities: [InboxEntry],
      migrations: [CreateInbox1764000000000],
      log,
    });

  beforeAll(async () => {
    server = await createTestDatabase();
    proxy = await startTcpProxy(server.url);
  });
  beforeEach(async () => {
    database = open();
    database.start();
    await database.whenReady();
    await database.query('TRUNCATE shop.inbox');
  });
  afterEach(() => database.close());
  afterAll(async () => {
    await proxy.stop();
    await server.drop();
  });

  it('runs each migration once, however many processes start at the same time', async () => {
    await server.query('DROP SCHEMA shop CASCADE');
    const others = [open(), open(), open()];
    others.forEach((other) => other.start());
    await Promise.all(others.map((other) => other.whenReady()));
    await Promise.all(others.map((other) => other.close()));
    expect(await server.query('SELECT name FROM shop.migrations')).toEqual([{ name: 'CreateInbox1764000000000' }]);
  });

  it('stays unready over what a newer version has made, says so, and touches nothing', async () => {
    await server.query(`INSERT INTO shop.migrations (timestamp, name) VALUES (1999, 'FromTheFuture1999')`);
    const reasons: unknown[] = [];
    const older = new Database({
      url: server.url,
      schema: 'shop',
      entities: [InboxEntry],
      migrations: [CreateInbox1764000000000, NeverRun1764000000010],
      log: { ...log, warn: ({ reason }: { reason?: unknown }) => void reasons.push(reason) },
    });
    older.start();
    await eventually(() => expect(reasons).toContainEqual(expect.stringMatching(/newer version.*FromTheFuture1999/)));
    expect(older.isReady).toBe(false);
    await server.query(`DELETE FROM shop.migrations WHERE name = 'FromTheFuture1999'`);
    await older.whenReady();
    expect(older.isReady).toBe(true);
    await older.close();
    await server.query(`DELETE FROM shop.migrations WHERE name = 'NeverRun1764000000010'`);
  });

  it('builds by migration what the entities describe', async () => {
    const { upQueries } = await database.dataSource.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query)).toEqual([]);
  });

  it('waits for a Postgres that starts later, unready meanwhile', async () => {
    await proxy.cut();
    const early = open();
    early.start();
    await expect(early.query('SELECT 1')).rejects.toBeInstanceOf(StorageUnavailable);
    expect(early.isReady).toBe(false);
    await proxy.mend();
    await early.whenReady();
    expect(early.isReady).toBe(true);
    await early.close();
  });

  it('is unready during an outage and recovers without a restart', async () => {
    await proxy.cut();
    await expect(database.query('SELECT 1')).rejects.toBeInstanceOf(StorageUnavailable);
    expect(database.isReady).toBe(false);
    await proxy.mend();
    await eventually(() => expect(database.isReady).toBe(true));
    expect(await database.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('notices a server that ends its connections, in use and idle', async () => {
    const interrupted = database.transaction(async (transaction) => {
      await transaction.query('SELECT 1');
      await server.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'switchyard-shop'`,
      );
      await transaction.query('SELECT 1');
    });
    await expect(interrupted).rejects.toMatchObject({ retryable: true, isConnectionLost: true });
    await eventually(async () => expect(await database.query('SELECT 1 AS one')).toEqual([{ one: 1 }]));
  });

  it('commits all of a transaction or nothing', async () => {
    const insert = `INSERT INTO shop.inbox (consumer, message_id) VALUES ('c', $1)`;
    await database.transaction((transaction) => transaction.query(insert, ['kept']));
    const failed = database.transaction(async (transaction) => {
      await transaction.query(insert, ['dropped']);
      throw new Error('changed my mind');
    });
    await expect(failed).rejects.toThrow('changed my mind');
    expect(await server.query('SELECT message_id FROM shop.inbox')).toEqual([{ message_id: 'kept' }]);
  });

  it('does not pretend to have committed when a statement failed unnoticed', async () => {
    const work = database.transaction((transaction) => transaction.query('SELECT 1/0').catch(() => undefined));
    await expect(work).rejects.toThrow('rolled the transaction back');
  });

  it('passes on what no retry can cure, without the parameters', async () => {
    const error: unknown = await database.query('SELECT $1::integer', ['secret']).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: '22P02' });
    expect(error).not.toHaveProperty('parameters');
  });

  it('drops inbox rows only once they are old enough', async () => {
    await server.query(
      `INSERT INTO shop.inbox VALUES ('c', 'old', now() - interval '9 days'), ('c', 'young', now() - interval '7 days')`,
    );
    const purge = new InboxPurge(database, { schema: 'shop', keepMilliseconds: 8 * DAY_MILLISECONDS, log });
    expect(await purge.purge()).toBe(1);
    expect(await server.query('SELECT message_id FROM shop.inbox')).toEqual([{ message_id: 'young' }]);
  });
});
