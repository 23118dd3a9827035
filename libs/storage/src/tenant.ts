import type { PreparedStatement } from './prepared-statement.js';

/** Whose rows are meant: those of one project, or without one those of a whole organisation. */
export interface Tenant {
  readonly organization: string;
  readonly project?: string | undefined;
}

/** Something that runs single statements: the database, or what a tenant sees of it. */
export interface Reader {
  query<Row>(sql: string, parameters?: unknown[]): Promise<Row[]>;
}

/** A reader that can also keep the plans of statements that are run over and over. */
export interface PreparedReader extends Reader {
  queryPrepared<Row>(statement: PreparedStatement, values: unknown[]): Promise<Row[]>;
}
