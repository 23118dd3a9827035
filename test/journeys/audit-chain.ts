import { createHash } from 'node:crypto';

import type { StackForTests } from './stack-for-tests.js';

/** An entry of the trail as it rests in the database. */
export interface ChainEntry {
  readonly sequence: number;
  readonly requestId: string;
  readonly hash: string;
}

/**
 * Reads an organisation's chain out of the database and recomputes every hash from the bytes stored. Throws where an entry
 * is missing, moved or changed, or the head is not the last one.
 */
export async function readUnbrokenChain(stack: StackForTests, organization: string): Promise<ChainEntry[]> {
  const rows = await stack.query<{
    sequence: string;
    request_id: string;
    body: string;
    previous: string;
    hash: string;
  }>(
    `SELECT sequence, request_id, body, encode(previous_hash, 'hex') AS previous, encode(hash, 'hex') AS hash
     FROM audit.entries WHERE organization = $1 ORDER BY sequence`,
    [organization],
  );
  let before = '0'.repeat(64);
  for (const [position, row] of rows.entries()) {
    const recomputed = createHash('sha256').update(Buffer.from(before, 'hex')).update(row.body).digest('hex');
    const isWhole = Number(row.sequence) === position && row.previous === before && row.hash === recomputed;
    if (!isWhole) throw new Error(`the chain of ${organization} breaks at entry ${position}`);
    before = row.hash;
  }
  const [head] = await stack.query<{ sequence: string; hash: string }>(
    `SELECT sequence, encode(hash, 'hex') AS hash FROM audit.chain_heads WHERE organization = $1`,
    [organization],
  );
  if (rows.length > 0 && (head?.hash !== before || Number(head.sequence) !== rows.length - 1)) {
    throw new Error(`the head of ${organization}'s chain is not its last entry`);
  }
  return rows.map((row) => ({ sequence: Number(row.sequence), requestId: row.request_id, hash: row.hash }));
}
