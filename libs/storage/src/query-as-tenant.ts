import { escapeIdentifier, escapeLiteral, type Pool, type PoolClient, type QueryResultRow } from 'pg';
import { storableText } from './storable-text.js';
import type { Tenant } from './tenant.js';

/** A statement for a tenant, and the role that it runs as. */
export interface TenantStatement {
  readonly role: string;
  readonly tenant: Tenant;
  /** The name under which connections keep its plan; without one it is planned anew each time. */
  readonly name?: string;
  readonly sql: string;
  readonly parameters: unknown[] | undefined;
}

/**
 * Runs one reading statement in a transaction of its own that sees the tenant's rows alone. What opens the transaction goes in
 * one message, and nobody waits for its end: the caller waits one round trip longer than for the bare statement.
 */
export async function queryAsTenant<Row>(pool: Pool, statement: TenantStatement): Promise<Row[]> {
  const client = await pool.connect();
  client.on('error', ignoreError);
  try {
    await client.query(openingOf(statement));
    const { name, sql: text, parameters: values } = statement;
    return (await client.query<Row & QueryResultRow>({ ...(name === undefined ? {} : { name }), text, values })).rows;
  } finally {
    end(client);
  }
}

/** Names come from callers, so they are quoted; the simple protocol, by which several statements go at once, has no parameters. */
function openingOf({ role, tenant: { organization, project = '' } }: TenantStatement): string {
  const set = (name: string, value: string): string =>
    `set_config('switchyard.${name}', ${escapeLiteral(storableText(value))}, true)`;
  return `BEGIN; SET LOCAL jit = off; SET LOCAL ROLE ${escapeIdentifier(role)}; SELECT ${set('organization', organization)}, ${set('project', project)}`;
}

/** Ends the transaction, also one that failed; a connection on which that does not work is not used again. */
function end(client: PoolClient): void {
  const release = (isBroken: boolean): void => {
    client.off('error', ignoreError);
    client.release(isBroken);
  };
  client.query('COMMIT').then(
    () => release(false),
    () => release(true),
  );
}

function ignoreError(): void {}
