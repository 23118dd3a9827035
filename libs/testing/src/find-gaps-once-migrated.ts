import { findGapsInTenantWall, type TenantWall } from './find-gaps-in-tenant-wall.js';
import { createTestDatabase } from './postgres-for-tests.js';

/** What brings an empty database to the schema of a service, as `Database` of storage does. */
export interface MigratingDatabase {
  start(): void;
  whenReady(): Promise<void>;
  close(): Promise<void>;
}

const log = { info: () => undefined, warn: () => undefined };

/**
 * What is wrong with the wall between tenants of a whole service: `open` is given an empty database of its own, and once all
 * migrations have run on it `findGapsInTenantWall` looks at what they made. Nothing is wrong where this is empty. Works where
 * `createTestDatabase` does, and leaves nothing behind.
 */
export async function findGapsOnceMigrated(
  open: (options: { readonly url: string; readonly log: typeof log }) => MigratingDatabase,
  wall: TenantWall,
): Promise<string[]> {
  const server = await createTestDatabase();
  const database = open({ url: server.url, log });
  try {
    database.start();
    await database.whenReady();
    return await findGapsInTenantWall(server, wall);
  } finally {
    await database.close();
    await server.drop();
  }
}
