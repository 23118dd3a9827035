/** Whose rows are meant: those of one project, or without one those of a whole organisation. */
export interface Tenant {
  readonly organization: string;
  readonly project?: string | undefined;
}

/** Something that runs single statements: the database, or what a tenant sees of it. */
export interface Reader {
  query<Row>(sql: string, parameters?: unknown[]): Promise<Row[]>;
}
