import type { QueryRunner } from 'typeorm';

/** The role that rows are read by for a tenant, unless another is set. */
export const DEFAULT_TENANT_ROLE = 'switchyard_tenant';

/** The tenant role of a database: its name, or `none` for a database that has one plain role for everything. */
export type TenantRole = string;

/**
 * Sees to it that the tenant role is there, is bound by row-level security, can be taken on by whom we are connected as, and may
 * read those tables of a schema that have a policy, and no others. It is made where we may make roles.
 * @throws Error that names the statements to run where we may not.
 */
export async function prepareTenantRole(
  runner: QueryRunner,
  { schema, role }: { schema: string; role: TenantRole },
): Promise<void> {
  if (role === 'none') return;
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(role))
    throw new Error(`"${role}" is no name of a role: use lower-case letters, digits and "_", starting with a letter.`);
  await requireRole(runner, role);
  await runner.query(`GRANT USAGE ON SCHEMA "${schema}" TO "${role}"`);
  const tables: { name: string }[] = await runner.query(
    `SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) AS name FROM pg_policies
     WHERE schemaname = $1 AND policyname = 'tenants'`,
    [schema],
  );
  if (tables.length > 0)
    await runner.query(`GRANT SELECT ON ${tables.map(({ name }) => name).join(', ')} TO "${role}"`);
}

async function requireRole(runner: QueryRunner, role: string): Promise<void> {
  const find = async (): Promise<{ passes: boolean } | undefined> => {
    const rows: { passes: boolean }[] = await runner.query(
      `SELECT rolsuper OR rolbypassrls AS passes FROM pg_roles WHERE rolname = $1`,
      [role],
    );
    return rows[0];
  };
  if (!(await find())) await attempt(runner, `CREATE ROLE "${role}" NOLOGIN NOINHERIT`);
  const found = await find();
  if (!found) throw new Error(`The role "${role}" is not there. ${remedyFor(role)}`);
  if (found.passes)
    throw new Error(
      `The role "${role}" passes by row-level security. Run: ALTER ROLE "${role}" NOSUPERUSER NOBYPASSRLS;`,
    );
  if (await canBecome(runner, role)) return;
  await attempt(runner, `GRANT "${role}" TO CURRENT_USER`);
  if (!(await canBecome(runner, role)))
    throw new Error(`The role "${role}" cannot be taken on by whom DATABASE_URL names. ${remedyFor(role)}`);
}

/** Another process may do the same at the same moment, and we may not be allowed to; what came of it is looked at afterwards. */
async function attempt(runner: QueryRunner, sql: string): Promise<void> {
  await runner.query(sql).catch(() => undefined);
}

async function canBecome(runner: QueryRunner, role: string): Promise<boolean> {
  try {
    await runner.query(`BEGIN; SET LOCAL ROLE "${role}"; ROLLBACK`);
    return true;
  } catch {
    await runner.query('ROLLBACK');
    return false;
  }
}

function remedyFor(role: string): string {
  return (
    `Run as a superuser, in psql: CREATE ROLE "${role}" NOLOGIN; GRANT "${role}" TO <the user of DATABASE_URL>; ` +
    'or set SWITCHYARD_DATABASE_TENANT_ROLE=none to do without this second wall between tenants.'
  );
}
