import { createHash } from 'node:crypto';

import type { StackForTests } from './stack-for-tests.js';

/** An entry of the trail as it rests in the database. */
export interface ChainEntry {
  readonly sequence: number;
  readonly requestId: string;
  readonly hash: string;
}

const FULL_TILE = 256;
const HEX_DIGITS = 64;

/**
 * Reads an organisation's log out of the database and hashes every entry anew from the bytes stored (RFC 6962). Throws where an
 * entry is missing, moved or changed, or the log does not end with the last one.
 */
export async function readUnbrokenChain(stack: StackForTests, organization: string): Promise<ChainEntry[]> {
  const rows = await stack.query<{ sequence: string; request_id: string; body: string }>(
    'SELECT sequence, request_id, body FROM audit.entries WHERE organization = $1 ORDER BY sequence',
    [organization],
  );
  const tiles = await stack.query<{ index: string; hashes: string }>(
    `SELECT index, encode(hashes, 'hex') AS hashes FROM audit.tiles WHERE organization = $1 AND level = 0 ORDER BY index`,
    [organization],
  );
  const leafOf = (sequence: number): string | undefined => {
    const place = (sequence % FULL_TILE) * HEX_DIGITS;
    return tiles[Math.floor(sequence / FULL_TILE)]?.hashes.slice(place, place + HEX_DIGITS);
  };
  const entries = rows.map((row, position) => {
    const hash = createHash('sha256').update(Buffer.of(0)).update(row.body).digest('hex');
    if (Number(row.sequence) !== position || leafOf(position) !== hash)
      throw new Error(`the log of ${organization} breaks at entry ${position}`);
    return { sequence: position, requestId: row.request_id, hash };
  });
  const [log] = await stack.query<{ size: string }>('SELECT size FROM audit.logs WHERE organization = $1', [
    organization,
  ]);
  if (Number(log?.size ?? 0) !== entries.length || leafOf(entries.length))
    throw new Error(`the log of ${organization} does not end with its last entry`);
  return entries;
}
