/** Something that must never be, and where it was seen. */
export interface Violation {
  /** The invariant's name, as docs/reliability.md lists it. */
  readonly invariant: string;
  readonly says: string;
  /** How often, and the first few. */
  readonly count: number;
  readonly examples: readonly string[];
}

/** Runs a query on the database that is checked. */
export type Query = <Row extends object>(sql: string, values?: readonly unknown[]) => Promise<Row[]>;

const MOST_EXAMPLES = 3;

/** The violation that these findings make, if there are any. */
export function violationOf(invariant: string, says: string, findings: readonly unknown[]): Violation[] {
  if (findings.length === 0) return [];
  const examples = findings.slice(0, MOST_EXAMPLES).map((finding) => JSON.stringify(finding));
  return [{ invariant, says, count: findings.length, examples }];
}
