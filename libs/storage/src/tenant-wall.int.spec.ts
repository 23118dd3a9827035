import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createTestDatabase, findGapsInTenantWall, type TestDatabase } from '#libs/testing';
import { Database } from './database.js';
import { showRowsToEverybody, showRowsToTenants, showRowsWithParents } from './tenant-policies.js';

const log = { info: () => undefined, warn: () => undefined };

class CreateShop1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE market.orders (id integer PRIMARY KEY, organization text NOT NULL, project text NOT NULL);
      CREATE TABLE market.order_lines (order_id integer NOT NULL, text text NOT NULL);
      CREATE TABLE market.settings (name text NOT NULL)`);
    await runner.query(showRowsToTenants('market.orders', { hasProject: true }));
    await runner.query(showRowsWithParents('market.order_lines', 'market.orders', 'parent.id = child.order_id'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(showRowsToEverybody(['market.order_lines', 'market.orders']));
  }
}

const schema = { schema: 'market', entities: [], migrations: [CreateShop1764000000000], poolSize: 2 };
const wall = { schema: 'market', role: 'switchyard_tenant', nobodys: ['migrations', 'settings'] };

describe('what a tenant sees of a database', () => {
  let server: TestDatabase;
  let database: Database;
  const open = async (more: { url?: string; tenantRole?: string } = {}): Promise<Database> => {
    const opened = new Database({ ...schema, url: server.url, log, ...more });
    opened.start();
    await opened.whenReady();
    return opened;
  };
  const ids = async (tenant: Parameters<Database['asTenant']>[0], from = database) =>
    (await from.asTenant(tenant).query<{ id: number }>('SELECT id FROM market.orders ORDER BY id')).map(({ id }) => id);

  beforeAll(async () => {
    server = await createTestDatabase();
    database = await open();
    await database.query(`INSERT INTO market.orders VALUES
      (1, 'demo', 'default'), (2, 'demo', 'search'), (3, 'acme', 'default'), (4, '', ''), (5, 'it''s', 'default')`);
    await database.query(`INSERT INTO market.order_lines SELECT id, 'line ' || id FROM market.orders`);
  });
  afterAll(async () => {
    await database.close();
    await server.drop();
  });

  it('is its own project, or its own organization, or everything for the bootstrap key', async () => {
    expect(await ids({ organization: 'demo', project: 'default' })).toEqual([1]);
    expect(await ids({ organization: 'demo' })).toEqual([1, 2]);
    expect(await ids({ organization: 'demo', project: 'elsewhere' })).toEqual([]);
    expect(await ids('everywhere')).toEqual([1, 2, 3, 4, 5]);
  });

  it('is nothing for no name, and no more for a name that is made to be misread', async () => {
    for (const organization of ['', ' ', '*', '%', "demo' OR true --", "x', true); RESET ROLE; --", '\\', 'demo\0'])
      expect(await ids({ organization })).toEqual([]);
    expect(await ids({ organization: "it's" })).toEqual([5]);
  });

  it('is the rows that hang on its own, through whatever statement', async () => {
    const lines = await database
      .asTenant({ organization: 'demo', project: 'search' })
      .query<{ text: string }>(`SELECT text FROM market.order_lines WHERE true OR order_id = $1`, [3]);
    expect(lines).toEqual([{ text: 'line 2' }]);
  });

  it('is not for writing, and what is nobody’s is not for it', async () => {
    const tenant = database.asTenant({ organization: 'demo' });
    await expect(tenant.query('DELETE FROM market.orders')).rejects.toMatchObject({ code: '42501' });
    await expect(tenant.query('SELECT * FROM market.settings')).rejects.toMatchObject({ code: '42501' });
    await expect(tenant.query('CREATE TABLE market.more (id integer)')).rejects.toMatchObject({ code: '42501' });
  });

  it('leaves nothing of itself on a connection, also when its statement fails', async () => {
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const tenant = database.asTenant({ organization: index % 2 ? 'demo' : 'acme' });
        if (index % 5 === 0) await expect(tenant.query('SELECT 1/0')).rejects.toMatchObject({ code: '22012' });
        else expect(await ids({ organization: index % 2 ? 'demo' : 'acme' })).toEqual(index % 2 ? [1, 2] : [3]);
        expect(
          await database.query(
            `SELECT current_user = session_user AS own, coalesce(current_setting('switchyard.organization', true), '') AS set`,
          ),
        ).toEqual([{ own: true, set: '' }]);
      }),
    );
    expect(await ids('everywhere')).toHaveLength(5);
  });

  it('finds gaps by the catalogue: a table without a policy, one that is open, and a row that shows', async () => {
    expect(await findGapsInTenantWall(server, wall)).toEqual([]);
    await server.query('CREATE TABLE market.forgotten (organization text)');
    await server.query(`CREATE TABLE market.leaky AS SELECT 'demo' AS organization`);
    await server.query(`ALTER TABLE market.leaky ENABLE ROW LEVEL SECURITY;
      CREATE POLICY all_of_it ON market.leaky USING (true); GRANT SELECT ON market.leaky TO switchyard_tenant;
      GRANT INSERT ON market.leaky TO switchyard_tenant; GRANT SELECT ON market.settings TO switchyard_tenant`);
    expect(await findGapsInTenantWall(server, { ...wall, nobodys: [...wall.nobodys, 'gone'] })).toEqual([
      "market.gone is listed as nobody's and is not there",
      expect.stringContaining('market.forgotten has no policy for tenants'),
      'market.leaky can be written by switchyard_tenant',
      'market.leaky shows rows while no tenant is set',
      'market.settings can be read by switchyard_tenant',
    ]);
    await server.query(
      'DROP TABLE market.forgotten, market.leaky; REVOKE ALL ON market.settings FROM switchyard_tenant',
    );
  });

  describe('connected as a user with few rights', () => {
    const suffix = Math.random().toString(36).slice(2, 10);
    const [plain, role] = [`plain_${suffix}`, `tenants_${suffix}`];
    const urlOfPlain = (): string => {
      const url = new URL(server.url);
      [url.username, url.password, url.pathname] = [plain, 'of-no-worth', `/${server.name}_plain`];
      return url.href;
    };
    const problemOf = async (tenantRole: string): Promise<string> => {
      const { promise, resolve } = Promise.withResolvers<string>();
      const heard = { info: () => undefined, warn: (fields: object) => resolve(JSON.stringify(fields)) };
      const refused = new Database({ ...schema, url: urlOfPlain(), log: heard, tenantRole });
      refused.start();
      const problem = await promise;
      await refused.close();
      return problem;
    };

    beforeAll(async () => {
      await server.query(`CREATE ROLE ${plain} LOGIN PASSWORD 'of-no-worth'`);
      await server.query(`CREATE DATABASE ${server.name}_plain OWNER ${plain} TEMPLATE template0`);
    });
    afterAll(async () => {
      await server.query(`DROP DATABASE ${server.name}_plain WITH (FORCE)`);
      await server.query(`DROP ROLE IF EXISTS ${plain}, ${role}, ${role}_open`);
    });

    it('says which statements are missing, and works once they were run, without a right more', async () => {
      expect(await problemOf(role)).toContain(`CREATE ROLE \\"${role}\\" NOLOGIN; GRANT \\"${role}\\" TO`);
      await server.query(`CREATE ROLE ${role} NOLOGIN`);
      expect(await problemOf(role)).toContain('cannot be taken on');
      await server.query(`GRANT ${role} TO ${plain}`);
      const few = await open({ url: urlOfPlain(), tenantRole: role });
      await few.query(`INSERT INTO market.orders VALUES (1, 'demo', 'default'), (2, 'acme', 'default')`);
      expect(await ids({ organization: 'demo' }, few)).toEqual([1]);
      expect(await ids('everywhere', few)).toEqual([1, 2]);
      await few.close();
    });

    it('does not take a role that passes by all policies', async () => {
      await server.query(`CREATE ROLE ${role}_open NOLOGIN BYPASSRLS; GRANT ${role}_open TO ${plain}`);
      expect(await problemOf(`${role}_open`)).toContain('passes by row-level security');
    });

    it('does without the wall only where it is told to', async () => {
      const single = await open({ url: urlOfPlain(), tenantRole: 'none' });
      expect(await ids({ organization: 'demo' }, single)).toEqual(await ids('everywhere', single));
      await single.close();
    });
  });
});
