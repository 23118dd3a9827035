import type { Client } from 'pg';

import { checkPrices } from './check-prices.js';
import { checkTrail } from './check-trail.js';
import { MONEY_INVARIANTS } from './money-invariants.js';
import { checkSqlInvariants } from './sql-invariant.js';
import type { Query, Violation } from './violation.js';
import { WORK_INVARIANTS } from './work-invariants.js';

/** Everything that must be true of the books in Postgres once all work is done; nothing where all of it is. */
export async function checkBooks(query: Query): Promise<Violation[]> {
  return [
    ...(await checkSqlInvariants([...MONEY_INVARIANTS, ...WORK_INVARIANTS], query)),
    ...(await checkPrices(query)),
    ...(await checkTrail(query)),
  ];
}

/** The same, all of it as of one instant. */
export async function checkBooksOf(client: Client): Promise<Violation[]> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    return await checkBooks(async (sql, values) => (await client.query(sql, [...(values ?? [])])).rows);
  } finally {
    await client.query('ROLLBACK');
  }
}
