import type { MigrationInterface } from 'typeorm';

/** What a service keeps in Postgres: its own schema, the entities in it and the migrations that build them. */
export interface ServiceSchema {
  /** Name of the Postgres schema that belongs to this service alone: lower-case letters, digits and `_`. */
  readonly schema: string;
  readonly entities: readonly (new () => object)[];
  /** In order; the name of each class ends in the milliseconds of its making, 13 digits (TypeORM's convention). */
  readonly migrations: readonly (new () => MigrationInterface)[];
  /** Most connections that this process opens; 6 unless said otherwise. */
  readonly poolSize?: number;
}

/** The part of a logger that storage uses. Statements and parameters are never passed to it. */
export interface StorageLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** How to reach Postgres (`postgres://…`), what to keep there, and where to tell about outages. */
export interface DatabaseOptions extends ServiceSchema {
  readonly url: string;
  /** The role that rows are read by for a tenant; `switchyard_tenant` unless said otherwise, `none` for no such role. */
  readonly tenantRole?: string;
  readonly log: StorageLog;
}
