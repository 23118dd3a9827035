/**
 * Row-level security of a table whose rows say whose they are, for a migration: whoever is not the table's owner reads the rows
 * of the organisation that the transaction is set to (`switchyard.organization`), and of those the rows of its project
 * (`switchyard.project`) where one is set and the table has such a column; with nothing set, none. The sub-selects have
 * Postgres look at the settings once for a statement rather than once for a row.
 * See https://www.postgresql.org/docs/current/ddl-rowsecurity.html.
 */
export function showRowsToTenants(table: string, { hasProject }: { hasProject: boolean }): string {
  const ofProject = `(${setting('project')} IS NULL OR project = ${setting('project')})`;
  return policyOn(table, `organization = ${setting('organization')}${hasProject ? ` AND ${ofProject}` : ''}`);
}

/**
 * The same for a table whose rows belong to those of another one: a row is shown to whom its parent is shown. `link` says which
 * parent, as in `parent.id = child.batch_id`.
 */
export function showRowsWithParents(table: string, parent: string, link: string): string {
  const own = table.slice(table.indexOf('.') + 1);
  const condition = link.replaceAll('child.', `${own}.`);
  return policyOn(table, `EXISTS (SELECT FROM ${parent} AS parent WHERE ${condition})`);
}

/** Takes the row-level security of these tables away again. */
export function showRowsToEverybody(tables: readonly string[]): string {
  return tables
    .map((table) => `DROP POLICY tenants ON ${table}; ALTER TABLE ${table} DISABLE ROW LEVEL SECURITY;`)
    .join('\n');
}

function policyOn(table: string, condition: string): string {
  return `
    ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;
    CREATE POLICY tenants ON ${table} FOR SELECT USING (${condition});`;
}

/** A setting that a transaction has left behind is the empty text. */
function setting(name: 'organization' | 'project'): string {
  return `(SELECT nullif(current_setting('switchyard.${name}', true), ''))`;
}
