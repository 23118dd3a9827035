import { createHash } from 'node:crypto';

import type { StackForTests } from './stack-for-tests.js';

/** An entry of the trail as it rests in the database. */
export interface ChainEntry {
  readonly sequence: number;
  readonly requestId: string;
  readonly hash: string;
}

interface StoredEntry {
  readonly sequence: number;
  readonly request_id: string;
  readonly body: string;
}

const FULL_TILE = 256;
const HEX_DIGITS = 64;

/**
 * Reads an organisation's log out of the database and hashes every entry anew from the bytes stored (RFC 6962). Throws where an
 * entry is missing, moved or changed, or the log does not end with the last one.
 */
export async function readUnbrokenChain(stack: StackForTests, organization: string): Promise<ChainEntry[]> {
  // One statement sees one moment, also while entries are being added.
  const [log] = await stack.query<{ size: string; rows: StoredEntry[] | null; tiles: { hashes: string }[] | null }>(
    `SELECT
       coalesce((SELECT size FROM audit.logs WHERE organization = $1), 0) AS size,
       (SELECT json_agg(json_build_object('sequence', sequence, 'request_id', request_id, 'body', body) ORDER BY sequence)
          FROM audit.entries WHERE organization = $1) AS rows,
       (SELECT json_agg(json_build_object('hashes', encode(hashes, 'hex')) ORDER BY index)
          FROM audit.tiles WHERE organization = $1 AND level = 0) AS tiles`,
    [organization],
  );
  const [rows, tiles] = [log?.rows ?? [], log?.tiles ?? []];
  const leafOf = (sequence: number): string | undefined => {
    const place = (sequence % FULL_TILE) * HEX_DIGITS;
    return tiles[Math.floor(sequence / FULL_TILE)]?.hashes.slice(place, place + HEX_DIGITS);
  };
  const entries = rows.map((row, position) => {
    const hash = createHash('sha256').update(Buffer.of(0)).update(row.body).digest('hex');
    if (row.sequence !== position || leafOf(position) !== hash)
      throw new Error(`the log of ${organization} breaks at entry ${position}`);
    return { sequence: position, requestId: row.request_id, hash };
  });
  if (Number(log?.size ?? 0) !== entries.length || leafOf(entries.length))
    throw new Error(`the log of ${organization} does not end with its last entry`);
  return entries;
}
