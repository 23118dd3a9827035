import type { Place } from '#libs/permission';
import type { Database } from '#libs/storage';

/**
 * Reads sums as the tenant, or as the bootstrap key where no owner is given. Postgres does not compile these statements (`jit`): that
 * takes seconds where summing up takes tenths of one.
 */
export async function readReport<Row>(
  database: Database,
  {
    owner,
    sql,
    parameters,
  }: { readonly owner: Place | undefined; readonly sql: string; readonly parameters: unknown[] },
): Promise<Row[]> {
  if (owner) return database.asTenant(owner).query<Row>(sql, parameters);
  return database.transaction(async (transaction) => {
    await transaction.query('SET LOCAL jit = off');
    return transaction.query<Row>(sql, parameters);
  });
}
