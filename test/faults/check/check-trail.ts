import { createHash } from 'node:crypto';

import { violationOf, type Query, type Violation } from './violation.js';

const PAGE = 5_000;
const START = '0'.repeat(64);

interface EntryRow {
  readonly sequence: string;
  readonly body: string;
  readonly previous: string;
  readonly hash: string;
}

/** D1 and D2: every organisation's chain has no gap, each hash follows from the bytes stored, and the head is the last entry. */
export async function checkTrail(query: Query): Promise<Violation[]> {
  const heads = await query<{ organization: string; sequence: string; hash: string }>(
    `SELECT organization, sequence, encode(hash, 'hex') AS hash FROM audit.chain_heads
     UNION ALL SELECT DISTINCT organization, '-1'::bigint, '' FROM audit.entries
       WHERE organization NOT IN (SELECT organization FROM audit.chain_heads)`,
  );
  const breaks: string[] = [];
  for (const head of heads) {
    let at = { sequence: -1, hash: START };
    for (;;) {
      const rows = await query<EntryRow>(
        `SELECT sequence, body, encode(previous_hash, 'hex') AS previous, encode(hash, 'hex') AS hash
         FROM audit.entries WHERE organization = $1 AND sequence > $2 ORDER BY sequence LIMIT ${PAGE}`,
        [head.organization, at.sequence],
      );
      if (rows.length === 0) break;
      for (const row of rows) {
        if (!follows(row, at)) breaks.push(`${head.organization} at ${row.sequence}`);
        at = { sequence: Number(row.sequence), hash: row.hash };
      }
    }
    if (at.sequence !== Number(head.sequence) || at.hash !== head.hash) breaks.push(`${head.organization} at its head`);
  }
  return violationOf('D1-D2', 'the trail is one unbroken chain for each organisation', breaks);
}

function follows(row: EntryRow, before: { sequence: number; hash: string }): boolean {
  const recomputed = createHash('sha256').update(Buffer.from(before.hash, 'hex')).update(row.body).digest('hex');
  return Number(row.sequence) === before.sequence + 1 && row.previous === before.hash && row.hash === recomputed;
}
