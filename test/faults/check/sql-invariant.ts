import { violationOf, type Query, type Violation } from './violation.js';

/** An invariant as a query that returns no row while it holds. */
export interface SqlInvariant {
  readonly name: string;
  readonly says: string;
  readonly sql: string;
}

/** Asks every one of them. */
export async function checkSqlInvariants(invariants: readonly SqlInvariant[], query: Query): Promise<Violation[]> {
  const violations: Violation[] = [];
  for (const { name, says, sql } of invariants) violations.push(...violationOf(name, says, await query(sql)));
  return violations;
}
