import { escapeIdentifier, escapeLiteral, type QueryResultRow } from 'pg';
import type { TestDatabase } from './postgres-for-tests.js';

/** A schema, those of its tables that are no tenant's, and the role that reads for tenants. */
export interface TenantWall {
  readonly schema: string;
  readonly role: string;
  /** Tables without the schema that hold nothing of tenants, or what is read with the admin key alone. */
  readonly nobodys: readonly string[];
}

/**
 * What is wrong with the wall between tenants, found by the catalogue of the database, so that a table nobody thought of is found as
 * well: tables without row-level security or without a policy, tables of nobody that the tenant role can read all the same, and
 * rows that it sees while no tenant is set. Nothing is wrong where this is empty. It leaves the session's role as it was.
 */
export async function findGapsInTenantWall(
  database: Pick<TestDatabase, 'query'>,
  { schema, role, nobodys }: TenantWall,
): Promise<string[]> {
  const tables = await database.query<TableState>(
    `SELECT c.relname AS name, c.relrowsecurity AS "isWalled", c.relispartition AS "isPart",
       EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid) AS "hasPolicy",
       has_table_privilege($2, c.oid, 'SELECT') AS "isReadable",
       has_table_privilege($2, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE') AS "isWritable"
     FROM pg_class c WHERE c.relnamespace = $1::regnamespace AND c.relkind IN ('r', 'p', 'm', 'v', 'f') ORDER BY c.relname`,
    [schema, role],
  );
  const gaps: string[] = nobodys
    .filter((name) => !tables.some((table) => table.name === name))
    .map((name) => `${schema}.${name} is listed as nobody's and is not there`);
  for (const table of tables) {
    const name = `${schema}.${table.name}`;
    if (table.isWritable) gaps.push(`${name} can be written by ${role}`);
    if (nobodys.includes(table.name) || table.isPart) {
      if (table.isReadable) gaps.push(`${name} can be read by ${role}`);
      if (table.isPart && !table.isWalled) gaps.push(`${name} is a part without row-level security`);
      continue;
    }
    if (!table.isWalled || !table.hasPolicy || !table.isReadable)
      gaps.push(
        `${name} has no policy for tenants: give it one in a migration (showRowsToTenants), or name it as nobody’s`,
      );
    else if (await showsRows(database, { name: `${schema}.${escapeIdentifier(table.name)}`, role }))
      gaps.push(`${name} shows rows while no tenant is set`);
  }
  return gaps;
}

interface TableState extends QueryResultRow {
  readonly name: string;
  readonly isWalled: boolean;
  readonly isPart: boolean;
  readonly hasPolicy: boolean;
  readonly isReadable: boolean;
  readonly isWritable: boolean;
}

async function showsRows(
  database: Pick<TestDatabase, 'query'>,
  { name, role }: { name: string; role: string },
): Promise<boolean> {
  await database.query(`SET ROLE ${escapeIdentifier(role)}`);
  try {
    return (await database.query(`SELECT ${escapeLiteral(name)} FROM ${name} LIMIT 1`)).length > 0;
  } finally {
    await database.query('RESET ROLE');
  }
}
