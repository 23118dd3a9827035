import { CompactRange, isSameHash, leafHash, LogEdge, openCheckpoint, TILE_WIDTH } from '#libs/merkle';

import { violationOf, type Query, type Violation } from './violation.js';

const TILES_AT_ONCE = 16;

interface LogRow {
  readonly organization: string;
  readonly size: string;
  readonly kept: string;
}

interface Tile {
  readonly level: number;
  readonly index: number;
  readonly hashes: Buffer;
}

/**
 * D1 to D4: the entries of every organisation's log are numbered without a gap, hash to its leaves (RFC 6962), its tiles have the root of those
 * leaves, and each checkpoint is signed and tells the root at its size.
 */
export async function checkTrail(query: Query): Promise<Violation[]> {
  const logs = await query<LogRow>('SELECT organization, size, kept_from AS kept FROM audit.logs');
  const faults: string[] = [];
  for (const log of logs) faults.push(...(await faultsOf(log, query)));
  const strays = await query(`SELECT organization, count(*)::int AS entries FROM audit.entries e WHERE NOT EXISTS (
    SELECT FROM audit.logs l WHERE l.organization = e.organization AND e.sequence BETWEEN l.kept_from AND l.size - 1) GROUP BY 1`);
  return [
    ...violationOf('D1-D4', `the trail is one whole log for each organisation, and its checkpoints are true`, faults),
    ...violationOf('D7', 'no entry stands outside its log', strays),
  ];
}

async function faultsOf({ organization, size, kept }: LogRow, query: Query): Promise<string[]> {
  const faults: string[] = [];
  const roots = await checkpointRoots(organization, query);
  if (roots.unsigned > 0) faults.push(`${organization}: ${roots.unsigned} checkpoints are not signed by a key of ours`);
  const range = new CompactRange();
  const compareRoot = (): void => {
    for (const root of roots.bySize.get(range.size) ?? [])
      if (!isSameHash(root, range.root()))
        faults.push(`${organization}: the checkpoint at ${range.size} has another root`);
  };
  for (let start = 0; start < Number(size); start += TILES_AT_ONCE * TILE_WIDTH) {
    const leaves = await leavesFrom(organization, start, query);
    faults.push(...(await entryFaults({ organization, start, kept: Number(kept), leaves }, query)));
    for (const leaf of leaves) {
      range.append(leaf);
      compareRoot();
    }
  }
  if (range.size !== Number(size)) faults.push(`${organization}: ${range.size} leaves, but a size of ${size}`);
  const root = await rootOfTiles(organization, range.size, query);
  if (root === undefined || !isSameHash(root, range.root()))
    faults.push(`${organization}: the tiles have another root than the leaves`);
  return faults;
}

/** The hashes of entries from `start` on, as the tiles of the lowest level hold them. */
async function leavesFrom(organization: string, start: number, query: Query): Promise<Buffer[]> {
  const first = start / TILE_WIDTH;
  const tiles = await query<{ hashes: Buffer }>(
    'SELECT hashes FROM audit.tiles WHERE organization = $1 AND level = 0 AND index >= $2 AND index < $3 ORDER BY index',
    [organization, first, first + TILES_AT_ONCE],
  );
  const bytes = Buffer.concat(tiles.map(({ hashes }) => hashes));
  return Array.from({ length: bytes.length / 32 }, (_, index) => bytes.subarray(index * 32, (index + 1) * 32));
}

interface Span {
  readonly organization: string;
  readonly start: number;
  readonly kept: number;
  readonly leaves: readonly Buffer[];
}

async function entryFaults({ organization, start, kept, leaves }: Span, query: Query): Promise<string[]> {
  const rows = await query<{ sequence: string; body: string }>(
    'SELECT sequence, body FROM audit.entries WHERE organization = $1 AND sequence >= $2 AND sequence < $3 ORDER BY sequence',
    [organization, start, start + TILES_AT_ONCE * TILE_WIDTH],
  );
  const bodies = new Map(rows.map(({ sequence, body }) => [Number(sequence), body]));
  return leaves.flatMap((leaf, index) => {
    const sequence = start + index;
    if (sequence < kept) return [];
    const body = bodies.get(sequence);
    if (body === undefined) return [`${organization}: entry ${sequence} is missing`];
    return isSameHash(leafHash(body), leaf) ? [] : [`${organization}: entry ${sequence} is another one`];
  });
}

async function checkpointRoots(
  organization: string,
  query: Query,
): Promise<{ bySize: Map<number, Uint8Array[]>; unsigned: number }> {
  const keys = await query<{ key: Buffer }>('SELECT public_key AS key FROM audit.signing_keys');
  const rows = await query<{ note: string }>('SELECT note FROM audit.checkpoints WHERE organization = $1', [
    organization,
  ]);
  const bySize = new Map<number, Uint8Array[]>();
  let unsigned = 0;
  for (const { note } of rows) {
    try {
      const name = note.slice(0, note.indexOf('\n'));
      const { size, root } = openCheckpoint(
        note,
        keys.map(({ key }) => ({ name, publicKey: key })),
      );
      bySize.set(size, [...(bySize.get(size) ?? []), root]);
    } catch {
      unsigned += 1;
    }
  }
  return { bySize, unsigned };
}

/** Undefined where the tiles are not those of a log of this size. */
async function rootOfTiles(organization: string, size: number, query: Query): Promise<Uint8Array | undefined> {
  const rows = await query<{ level: number; index: string; hashes: Buffer }>(
    'SELECT level, index, hashes FROM audit.tiles WHERE organization = $1',
    [organization],
  );
  const tiles: Tile[] = rows.map((row) => ({ ...row, index: Number(row.index) }));
  try {
    return new LogEdge(size, tiles).root();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
