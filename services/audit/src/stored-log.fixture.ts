import { createHash } from 'node:crypto';
import { LogEdge } from '#libs/merkle';
import type { TestDatabase } from '#libs/testing';

/** An entry as it rests in the database. */
export interface StoredEntry {
  readonly sequence: number;
  readonly requestId: string;
  readonly type: string;
  readonly body: string;
}

export async function readEntries(server: TestDatabase, organization: string): Promise<StoredEntry[]> {
  const rows = await server.query<{ sequence: string; requestId: string; type: string; body: string }>(
    `SELECT sequence, request_id AS "requestId", type, body FROM audit.entries WHERE organization = $1 ORDER BY sequence`,
    [organization],
  );
  return rows.map((row) => ({ ...row, sequence: Number(row.sequence) }));
}

/** What is wrong with a log as it rests: its entries hashed as RFC 6962 says, against what its tiles make of it. */
export async function logFaultOf(server: TestDatabase, organization: string): Promise<string | undefined> {
  const entries = await readEntries(server, organization);
  const [log] = await server.query<{ size: string }>('SELECT size FROM audit.logs WHERE organization = $1', [
    organization,
  ]);
  const rows = await server.query<{ level: number; index: string; hashes: Buffer }>(
    'SELECT level, index, hashes FROM audit.tiles WHERE organization = $1',
    [organization],
  );
  if (entries.some(({ sequence }, place) => sequence !== place)) return 'its sequences have gaps';
  if (Number(log?.size) !== entries.length) return `its size is ${log?.size}, with ${entries.length} entries`;
  const tiles = rows.map((row) => ({ ...row, index: Number(row.index) }));
  const root = Buffer.from(new LogEdge(entries.length, tiles).root());
  return root.equals(treeHash(entries.map(({ body }) => Buffer.from(body))))
    ? undefined
    : 'its root is not that of its entries';
}

/** MTH of RFC 6962, 2.1, as it stands there. */
export function treeHash(entries: readonly Uint8Array[]): Buffer {
  const digest = createHash('sha256');
  if (entries.length === 0) return digest.digest();
  if (entries.length === 1) return digest.update(Buffer.of(0)).update(entries[0]!).digest();
  let middle = 1;
  while (middle * 2 < entries.length) middle *= 2;
  return digest
    .update(Buffer.of(1))
    .update(treeHash(entries.slice(0, middle)))
    .update(treeHash(entries.slice(middle)))
    .digest();
}
