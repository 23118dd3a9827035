/** A statement whose plan connections keep, under the name that Postgres knows it by. */
export interface PreparedStatement {
  readonly name: string;
  readonly text: string;
}
