import { Database } from '#libs/storage';
import { createLogger } from '#libs/telemetry';
import { createTestDatabase, type TestDatabase } from '#libs/testing';
import { billingSchema } from './billing.schema.js';

/** The tables of billing in a database of their own: `database` is billing's way in, `server` the test's. */
export interface BillingTables {
  readonly server: TestDatabase;
  readonly database: Database;
  readonly drop: () => Promise<void>;
}

export async function createBillingTables(): Promise<BillingTables> {
  const server = await createTestDatabase();
  const log = createLogger({ service: 'test', level: 'silent' });
  const database = new Database({ ...billingSchema, url: server.url, log });
  database.start();
  await database.whenReady();
  return {
    server,
    database,
    drop: async () => {
      await database.close();
      await server.drop();
    },
  };
}
