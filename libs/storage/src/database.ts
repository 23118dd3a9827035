import type { Pool, QueryResultRow } from 'pg';
import type { DataSource } from 'typeorm';
import { createDataSource } from './create-data-source.js';
import type { DatabaseOptions } from './database-options.js';
import { migrate } from './migrate.js';
import { poolOf } from './pool-of.js';
import type { PreparedStatement } from './prepared-statement.js';
import { queryAsTenant } from './query-as-tenant.js';
import { retryUntilDone } from './retry-until-done.js';
import { storageErrorOf } from './storage-error-of.js';
import { StorageUnavailable } from './storage-unavailable.js';
import { DEFAULT_TENANT_ROLE } from './tenant-role.js';
import type { PreparedReader, Tenant } from './tenant.js';
import { runTransaction, type Transaction } from './transaction.js';

/** How often what collided with another transaction is done again at once; each time another one has got through. */
const MOST_REPEATS = 5;

/**
 * A service's part of Postgres. `start` connects and migrates in the background, with back-off for as long as it takes;
 * until then, and while Postgres is away later, `isReady` is false and every call throws `StorageUnavailable`. Outages need
 * no restart. Statements go straight to the driver's pool (TypeORM's own way costs several times the CPU, and its errors
 * carry the parameters), so they name their tables with the schema: `billing.charges`.
 */
export class Database {
  private readonly source: DataSource;
  private readonly closing = new AbortController();
  private state: 'connecting' | 'ready' | 'lost' = 'connecting';
  private background: Promise<void> = Promise.resolve();

  constructor(private readonly options: DatabaseOptions) {
    this.source = createDataSource(options, (error) => this.noticeLoss(error));
  }

  /** Nest's hooks: connect when the service starts, close last, after messages in flight are settled. */
  onModuleInit(): void {
    this.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.close();
  }

  /** Begins to connect and returns at once; wait for `whenReady` if you must. */
  start(): void {
    this.background = retryUntilDone(
      () => this.connect(),
      (error) => this.warn(error),
      this.closing.signal,
    );
  }

  /** Resolves when the running attempt to connect or reconnect has succeeded, or when the database is closed. */
  async whenReady(): Promise<void> {
    await this.background;
  }

  get isReady(): boolean {
    return this.state === 'ready';
  }

  /** TypeORM's door, for schema inspection and low-rate work. Throws `StorageUnavailable` before the first connection. */
  get dataSource(): DataSource {
    if (!this.source.isInitialized) {
      throw new StorageUnavailable('Postgres is not connected yet.', { isConnectionLost: true });
    }
    return this.source;
  }

  /** One statement, one round trip, a transaction of its own; done again where it collided with another. 64-bit integers and numerics come back as strings. */
  async query<Row>(sql: string, parameters?: unknown[]): Promise<Row[]> {
    return this.watched(async (pool) => (await pool.query<Row & QueryResultRow>(sql, parameters)).rows);
  }

  /**
   * The same for one statement that is run over and over: each connection plans it a few times and then keeps the plan. The name is
   * the statement's own, in all of the service.
   */
  async queryPrepared<Row>({ name, text }: PreparedStatement, values: unknown[]): Promise<Row[]> {
    return this.watched(async (pool) => (await pool.query<Row & QueryResultRow>({ name, text, values })).rows);
  }

  /** Several statements, all or none. The work may run again after a collision or a `StorageUnavailable`, so it must have no other effects. */
  async transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.watched((pool) => runTransaction(pool, work));
  }

  /**
   * What a tenant sees of the database, for reading what answers a caller: rows of another organisation, or of another project
   * where one is given, are not there, whatever the statement says. `everywhere` is the bootstrap key, which sees all.
   */
  asTenant(tenant: Tenant | 'everywhere'): PreparedReader {
    const { tenantRole: role = DEFAULT_TENANT_ROLE } = this.options;
    if (tenant === 'everywhere' || role === 'none') return this;
    return {
      query: <Row>(sql: string, parameters?: unknown[]) =>
        this.watched((pool) => queryAsTenant<Row>(pool, { role, tenant, sql, parameters })),
      queryPrepared: <Row>({ name, text: sql }: PreparedStatement, parameters: unknown[]) =>
        this.watched((pool) => queryAsTenant<Row>(pool, { role, tenant, name, sql, parameters })),
    };
  }

  /** Stops connecting, waits for statements in flight and closes the pool. */
  async close(): Promise<void> {
    this.closing.abort();
    await this.background;
    if (this.source.isInitialized) {
      await this.source.destroy();
    }
  }

  private async connect(): Promise<void> {
    const ran = await migrate(this.options);
    await this.source.initialize();
    this.state = 'ready';
    this.options.log.info(
      { schema: this.options.schema, migrations: ran },
      'Postgres is connected and its schema is up to date',
    );
  }

  private async watched<T>(work: (pool: Pool) => Promise<T>): Promise<T> {
    const pool = poolOf(this.dataSource);
    for (let repeats = 0; ; repeats++) {
      try {
        return await work(pool);
      } catch (thrown) {
        const error = storageErrorOf(thrown);
        if (!(error instanceof StorageUnavailable)) throw error;
        if (error.isConnectionLost) this.noticeLoss(error);
        if (!error.isCollision || repeats === MOST_REPEATS) throw error;
      }
    }
  }

  private noticeLoss(error: Error): void {
    if (this.state !== 'ready' || this.closing.signal.aborted) {
      return;
    }
    this.state = 'lost';
    this.warn(error);
    this.background = retryUntilDone(
      () => this.probe(),
      () => undefined,
      this.closing.signal,
    );
  }

  private async probe(): Promise<void> {
    await this.query('SELECT 1');
    this.state = 'ready';
    this.options.log.info({ schema: this.options.schema }, 'Postgres answers again');
  }

  private warn(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.options.log.warn({ schema: this.options.schema, reason }, 'Postgres is not available; trying again');
  }
}
