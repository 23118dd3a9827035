import { MigrationExecutor, type MigrationInterface } from 'typeorm';
import { createMigrationDataSource } from './create-data-source.js';
import type { DatabaseOptions } from './database-options.js';
import { DEFAULT_TENANT_ROLE, prepareTenantRole } from './tenant-role.js';

/**
 * Creates the service's schema and brings its tables to the newest migration. An advisory lock named after the schema lets
 * one process at a time do so; the others wait and then find nothing left to do. Each migration is one transaction and is
 * listed in `<schema>.migrations`. What tenants may read is granted afterwards. Returns the names of those it ran. Throws where
 * another version has brought the schema further than this one knows, before anything is done to it.
 */
export async function migrate(options: DatabaseOptions): Promise<string[]> {
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(options.schema)) {
    throw new Error(
      `"${options.schema}" is no schema name: use lower-case letters, digits and "_", starting with a letter.`,
    );
  }
  const dataSource = await createMigrationDataSource(options).initialize();
  try {
    const runner = dataSource.createQueryRunner();
    // Held until the connection ends: an unlock that fails could otherwise hide the reason why a migration failed.
    await runner.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [
      `switchyard migrations of ${options.schema}`,
    ]);
    await runner.query(`CREATE SCHEMA IF NOT EXISTS "${options.schema}"`);
    const executor = new MigrationExecutor(dataSource, runner);
    executor.transaction = 'each';
    refuseNewer(options.schema, await executor.getExecutedMigrations(), dataSource.migrations);
    const done = await executor.executePendingMigrations();
    await prepareTenantRole(runner, { schema: options.schema, role: options.tenantRole ?? DEFAULT_TENANT_ROLE });
    await runner.release();
    return done.map((migration) => migration.name);
  } finally {
    await dataSource.destroy();
  }
}

/** Who writes into tables that they do not know loses what a newer version keeps in them. */
function refuseNewer(
  schema: string,
  executed: readonly { readonly name: string }[],
  known: readonly MigrationInterface[],
): void {
  const names = new Set(known.map((migration) => migration.name ?? migration.constructor.name));
  const newer = executed.map(({ name }) => name).filter((name) => !names.has(name));
  if (newer.length === 0) return;
  throw new Error(
    `A newer version of Switchyard has changed the schema ${schema} (${newer.join(', ')}), and this one does not know what it made of it: start that version, or restore the backup of before (docs/upgrading.md).`,
  );
}
