import { randomBytes } from 'node:crypto';

import { Client, type QueryResultRow } from 'pg';

import { TEST_POSTGRES_URL } from './shared-postgres.js';

/** A schema to start from: built once per test run under its name, then copied for each test file that asks for it. */
export interface DatabaseTemplate {
  readonly name: string;
  /** Brings an empty database to the wanted schema and closes every connection it opened. */
  readonly build: (databaseUrl: string) => Promise<void>;
}

/** A database of one test file. `drop` in afterAll: it ends what is still connected. */
export interface TestDatabase {
  readonly url: string;
  readonly name: string;
  query<Row extends QueryResultRow = QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  drop(): Promise<void>;
}

/**
 * Makes a fresh database on the real Postgres of this test run, empty or as a copy of `template`. Works in
 * `*.int.spec.ts` and `*.e2e.spec.ts` files, for which jest's global set-up starts the server.
 */
export async function createTestDatabase(template?: DatabaseTemplate): Promise<TestDatabase> {
  const serverUrl = process.env[TEST_POSTGRES_URL];
  if (serverUrl === undefined) {
    throw new Error(
      `${TEST_POSTGRES_URL} is not set: name the file *.int.spec.ts or *.e2e.spec.ts, so that jest starts Postgres for it.`,
    );
  }
  const name = `test_${randomBytes(6).toString('hex')}`;
  const templateName = template === undefined ? 'template0' : await builtTemplate(serverUrl, template);
  await runOn(serverUrl, (client) =>
    client.query(`CREATE DATABASE ${name} TEMPLATE ${client.escapeIdentifier(templateName)}`),
  );
  const url = urlOfDatabase(serverUrl, name);
  const client = new Client({ connectionString: url });
  // A dropped database and a killed server end this connection; the query that follows reports it.
  client.on('error', () => undefined);
  await client.connect();
  return {
    url,
    name,
    query: async <Row extends QueryResultRow>(sql: string, values: readonly unknown[] = []) =>
      (await client.query<Row>(sql, [...values])).rows,
    drop: async () => {
      await client.end().catch(() => undefined);
      await runOn(serverUrl, (server) => server.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
    },
  };
}

/** Builds the template under an advisory lock: test files in other processes wait for it instead of building it too. */
async function builtTemplate(serverUrl: string, { name, build }: DatabaseTemplate): Promise<string> {
  const templateName = `template_${name}`;
  await runOn(serverUrl, async (client) => {
    await client.query('SELECT pg_advisory_lock(hashtext($1))', [templateName]);
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [templateName]);
    if (rowCount !== 0) return;
    const building = `building_${randomBytes(6).toString('hex')}`;
    await client.query(`CREATE DATABASE ${building} TEMPLATE template0`);
    await build(urlOfDatabase(serverUrl, building));
    await client.query(`ALTER DATABASE ${building} RENAME TO ${client.escapeIdentifier(templateName)}`);
  });
  return templateName;
}

async function runOn(serverUrl: string, action: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await action(client);
  } finally {
    await client.end();
  }
}

function urlOfDatabase(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}
