import type { Pool, PoolClient, QueryResultRow } from 'pg';
import type { PreparedStatement } from './prepared-statement.js';
import { storageErrorOf } from './storage-error-of.js';

/** An open transaction; it is committed when the work that got it returns, and rolled back when that throws. */
export interface Transaction {
  query<Row>(sql: string, parameters?: unknown[]): Promise<Row[]>;
  /** One that is run over and over, as `Database.queryPrepared` runs it. */
  queryPrepared<Row>(statement: PreparedStatement, values: unknown[]): Promise<Row[]>;
}

/** Runs the work between BEGIN and COMMIT on one connection, which is dropped instead of reused if it may be broken. */
export async function runTransaction<T>(pool: Pool, work: (transaction: Transaction) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  client.on('error', ignoreError);
  let isHealthy = false;
  try {
    await client.query('BEGIN');
    const result = await work({
      query: async <Row>(sql: string, parameters?: unknown[]) =>
        (await client.query<Row & QueryResultRow>(sql, parameters)).rows,
      queryPrepared: async <Row>({ name, text }: PreparedStatement, values: unknown[]) =>
        (await client.query<Row & QueryResultRow>({ name, text, values })).rows,
    });
    await commit(client);
    isHealthy = true;
    return result;
  } catch (error) {
    isHealthy = await rollBack(client);
    throw storageErrorOf(error);
  } finally {
    client.off('error', ignoreError);
    client.release(!isHealthy);
  }
}

/** A connection that breaks while nobody waits for an answer reports it by an event, which unheard ends the process. */
function ignoreError(): void {}

async function commit(client: PoolClient): Promise<void> {
  const { command } = await client.query('COMMIT');
  if (command === 'ROLLBACK') {
    throw new Error(
      'Postgres rolled the transaction back on COMMIT: one of its statements failed and its error was not passed on.',
    );
  }
}

async function rollBack(client: PoolClient): Promise<boolean> {
  try {
    await client.query('ROLLBACK');
    return true;
  } catch {
    return false;
  }
}
