import { DataSource } from 'typeorm';
import type { DatabaseOptions } from './database-options.js';

const DEFAULT_POOL_SIZE = 6;
const CONNECT_TIMEOUT_MILLISECONDS = 5_000;
const STATEMENT_TIMEOUT_MILLISECONDS = 15_000;
const MIGRATION_TIMEOUT_MILLISECONDS = 10 * 60_000;
/** How much longer than the server we wait ourselves, for a network that swallows packets. */
const SILENCE_GRACE_MILLISECONDS = 5_000;

/** The pool that a service works with. `onIdleError` hears of idle connections that broke; unheard, they end the process. */
export function createDataSource(options: DatabaseOptions, onIdleError: (error: Error) => void): DataSource {
  return new DataSource({
    ...connectionOptions(options, STATEMENT_TIMEOUT_MILLISECONDS),
    poolSize: options.poolSize ?? DEFAULT_POOL_SIZE,
    entities: [...options.entities],
    poolErrorHandler: onIdleError,
  });
}

/** One connection for the migrations, which may take longer than any statement of daily work. */
export function createMigrationDataSource(options: DatabaseOptions): DataSource {
  return new DataSource({
    ...connectionOptions(options, MIGRATION_TIMEOUT_MILLISECONDS),
    poolSize: 1,
    migrations: [...options.migrations],
    migrationsTableName: 'migrations',
    poolErrorHandler: () => undefined,
  });
}

function connectionOptions(options: DatabaseOptions, timeoutMilliseconds: number) {
  return {
    type: 'postgres',
    url: options.url,
    schema: options.schema,
    applicationName: `switchyard-${options.schema}`,
    connectTimeoutMS: CONNECT_TIMEOUT_MILLISECONDS,
    installExtensions: false,
    logging: false,
    extra: {
      keepAlive: true,
      statement_timeout: timeoutMilliseconds,
      query_timeout: timeoutMilliseconds + SILENCE_GRACE_MILLISECONDS,
    },
  } as const;
}
