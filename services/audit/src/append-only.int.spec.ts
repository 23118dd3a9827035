import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Database } from '#libs/storage';
import { buildRequestEnded, createTestDatabase, type TestDatabase } from '#libs/testing';
import { silentLog } from './audit.fixture.js';
import { auditSchema } from './audit.schema.js';
import { RecordEventHandler } from './record-event/record-event.handler.js';
import { TrailRepository } from './record-event/trail.repository.js';

const CHANGES = [
  ['UPDATE', `UPDATE audit.entries SET body = '{}'`],
  ['DELETE', 'DELETE FROM audit.entries'],
  ['TRUNCATE', 'TRUNCATE audit.entries'],
] as const;

describe('the entries of the trail', () => {
  let server: TestDatabase;
  let database: Database;
  let partition: string;

  beforeAll(async () => {
    server = await createTestDatabase();
    // As in a deployment: the service has a role of its own, which owns its schema and is no superuser.
    await server.query(`CREATE ROLE ${server.name}_app LOGIN PASSWORD 'app'`);
    await server.query(`CREATE ROLE ${server.name}_tenant NOLOGIN; GRANT ${server.name}_tenant TO ${server.name}_app`);
    await server.query(`GRANT CREATE ON DATABASE ${server.name} TO ${server.name}_app`);
    const url = new URL(server.url);
    url.username = `${server.name}_app`;
    url.password = 'app';
    database = new Database({ ...auditSchema, url: url.href, tenantRole: `${server.name}_tenant`, log: silentLog });
    database.start();
    await database.whenReady();
    const event = buildRequestEnded();
    await new RecordEventHandler(new TrailRepository(database), silentLog).record([
      { event, text: JSON.stringify(event) },
    ]);
    const [row] = await server.query<{ name: string }>('SELECT tableoid::regclass::text AS name FROM audit.entries');
    partition = row!.name;
  });
  afterAll(async () => {
    await database.close();
    const roles = `${server.name}_app, ${server.name}_tenant`;
    await server.query(`DROP OWNED BY ${roles}; DROP ROLE ${roles}`);
    await server.drop();
  });

  it.each(CHANGES)(
    'refuse %s to the service’s own role, in all and in a partition, for want of a grant',
    async (_, sql) => {
      await expect(database.query(sql)).rejects.toThrow('permission denied');
      await expect(database.query(sql.replace('audit.entries', partition))).rejects.toThrow('permission denied');
    },
  );

  it.each(CHANGES)('refuse %s by a trigger to whoever has every grant', async (operation, sql) => {
    const refusal = `audit.entries is append-only: ${operation} is refused`;
    await expect(server.query(sql)).rejects.toThrow(refusal);
    await expect(server.query(sql.replace('audit.entries', partition))).rejects.toThrow(refusal);
  });
});
