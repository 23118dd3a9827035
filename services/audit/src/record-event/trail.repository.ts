import { Injectable } from '@nestjs/common';
import { Consumer, Stream } from '#libs/contracts';
import { leafHash, LogEdge, type Tile } from '#libs/merkle';
import { Database, RowsParameter, storableText, type PreparedStatement, type Transaction } from '#libs/storage';
import { FreshEntries, type FollowedEntry } from '../stream-entries/fresh-entries.js';
import type { NewEntry } from './new-entry.js';

interface TileRow {
  organization: string;
  level: number;
  index: string;
  hashes: Buffer;
}

/** An entry at its place in its log. */
interface PlacedEntry {
  readonly sequence: number;
  readonly entry: NewEntry;
}

const ENTRIES = new RowsParameter<PlacedEntry>([
  ['organization', 'text', ({ entry }) => entry.organization],
  ['sequence', 'bigint', ({ sequence }) => sequence],
  ['request_id', 'text', ({ entry }) => entry.requestId],
  ['type', 'text', ({ entry }) => entry.type],
  ['project', 'text', ({ entry }) => entry.project],
  ['key', 'text', ({ entry }) => entry.key],
  ['model', 'text', ({ entry }) => storableText(entry.model)],
  ['body', 'text', ({ entry }) => entry.body],
]);

const TILES = new RowsParameter<Tile & { readonly organization: string }>([
  ['organization', 'text', ({ organization }) => organization],
  ['level', 'integer', ({ level }) => level],
  ['index', 'bigint', ({ index }) => index],
  ['hashes', 'bytea', ({ hashes }) => hashes],
]);

const HEADS = new RowsParameter<{ readonly organization: string; readonly size: number }>([
  ['organization', 'text', ({ organization }) => organization],
  ['size', 'bigint', ({ size }) => size],
]);

const TAKEN_IN = new RowsParameter<NewEntry>([['message_id', 'text', ({ requestId }) => requestId]]);

const ADD_LOGS = `
INSERT INTO audit.logs (organization) SELECT organization FROM unnest($1::text[]) AS organization ON CONFLICT DO NOTHING`;

/** In one order everywhere, so that two recorders cannot lock each other out. */
const LOCK_LOGS = `
SELECT organization, size FROM audit.logs WHERE organization = ANY($1) ORDER BY organization FOR UPDATE`;

const TAKE_IN: PreparedStatement = {
  name: 'take-in-events',
  text: `
INSERT INTO audit.inbox (consumer, message_id)
SELECT $1, message_id FROM ${TAKEN_IN.source('taken', 2)}
ON CONFLICT DO NOTHING RETURNING message_id`,
};

const RECORDED = 'SELECT request_id FROM audit.entries WHERE organization = ANY($1) AND request_id = ANY($2)';

/** The inbox knows what was delivered since then, and a day longer: what happened before is looked for in the trail itself. */
const REMEMBERED_MILLISECONDS = Stream.results.maxAgeMilliseconds;

/** The tiles at the edge of each log; a statement of its own, since one that waits for a lock still sees what was before. */
const EDGES = `
SELECT tile.organization, tile.level, tile.index, tile.hashes
FROM audit.logs log CROSS JOIN generate_series(0, 6) AS step(number)
JOIN audit.tiles tile ON tile.organization = log.organization AND tile.level = step.number
  AND tile.index = log.size / (256::numeric ^ (step.number + 1))::bigint
WHERE log.organization = ANY($1)`;

/** Entries of a log keep the order of time, whatever the clock does. */
const APPEND: PreparedStatement = {
  name: 'append-entries',
  text: `
WITH moment AS MATERIALIZED (SELECT clock_timestamp() AS now),
added AS (
  INSERT INTO audit.entries (organization, sequence, recorded_at, request_id, type, project, key, model, body)
  SELECT organization, sequence, greatest(log.recorded_at, moment.now), request_id, type, project, key, model, body
  FROM moment, ${ENTRIES.source('entry', 1)} JOIN audit.logs log USING (organization)
), tiled AS (
  INSERT INTO audit.tiles (organization, level, index, hashes)
  SELECT * FROM ${TILES.source('tile', 1 + ENTRIES.width)}
  ON CONFLICT (organization, level, index) DO UPDATE SET hashes = EXCLUDED.hashes
)
UPDATE audit.logs log SET size = moved.size, recorded_at = greatest(log.recorded_at, moment.now)
FROM moment, ${HEADS.source('moved', 1 + ENTRIES.width + TILES.width)}
WHERE log.organization = moved.organization
RETURNING log.organization, log.recorded_at AS "recordedAt"`,
};

@Injectable()
export class TrailRepository {
  constructor(
    private readonly database: Database,
    private readonly followed: FreshEntries = new FreshEntries(),
  ) {}

  /**
   * Appends the entries whose requests are not in the trail yet, all or none, and returns how many those were. What `beside` does with the fresh ones belongs to the
   * same transaction, and runs while their logs are locked.
   */
  async append(
    entries: readonly NewEntry[],
    consumer: string = Consumer.audit.name,
    beside?: (transaction: Transaction, fresh: readonly NewEntry[]) => Promise<void>,
  ): Promise<number> {
    const organizations = [...new Set(entries.map((entry) => entry.organization))].toSorted();
    const added = await this.database.transaction(async (transaction) => {
      const sizes = await this.lockSizes(transaction, organizations);
      const fresh = await this.takeIn(transaction, entries, consumer);
      if (fresh.length === 0) return [];
      await beside?.(transaction, fresh);
      const edges = await this.edgesOf(transaction, sizes);
      const placed = fresh.map((entry) => placedIn(edges, entry));
      const moved = [...edges].filter(([organization, edge]) => edge.size > (sizes.get(organization) ?? 0));
      const tiles = moved.flatMap(([organization, edge]) =>
        edge.takeChanges().map((tile) => ({ organization, ...tile })),
      );
      const heads = moved.map(([organization, { size }]) => ({ organization, size }));
      const rows = await transaction.queryPrepared<{ organization: string; recordedAt: Date }>(APPEND, [
        ...ENTRIES.values(placed),
        ...TILES.values(tiles),
        ...HEADS.values(heads),
      ]);
      return followedOf(placed, new Map(rows.map((row) => [row.organization, row.recordedAt])));
    });
    this.followed.add(added);
    return added.length;
  }

  private async lockSizes(transaction: Transaction, organizations: string[]): Promise<Map<string, number>> {
    const lock = () => transaction.query<{ organization: string; size: string }>(LOCK_LOGS, [organizations]);
    let rows = await lock();
    if (rows.length < organizations.length) {
      await transaction.query(ADD_LOGS, [organizations]);
      rows = await lock();
    }
    return new Map(rows.map(({ organization, size }) => [organization, Number(size)]));
  }

  /** With the logs locked nobody else can take in messages of the same organisations, so nobody waits for anybody here. */
  private async takeIn(transaction: Transaction, entries: readonly NewEntry[], consumer: string): Promise<NewEntry[]> {
    const rows = await transaction.queryPrepared<{ message_id: string }>(TAKE_IN, [
      consumer,
      ...TAKEN_IN.values(entries),
    ]);
    const fresh = new Set(rows.map((row) => row.message_id));
    const old = entries.filter(
      ({ requestId, happenedAt }) => fresh.has(requestId) && happenedAt < Date.now() - REMEMBERED_MILLISECONDS,
    );
    for (const requestId of await this.recorded(transaction, old)) fresh.delete(requestId);
    // `delete` is true once for each id: of several events of one request in a batch the first is taken.
    return entries.filter((entry) => fresh.delete(entry.requestId));
  }

  /** Which of them are in the trail: dead letters are sent again when the inbox has forgotten them. */
  private async recorded(transaction: Transaction, old: readonly NewEntry[]): Promise<string[]> {
    if (old.length === 0) return [];
    const organizations = [...new Set(old.map(({ organization }) => organization))];
    const requests = old.map(({ requestId }) => requestId);
    const rows = await transaction.query<{ request_id: string }>(RECORDED, [organizations, requests]);
    return rows.map(({ request_id: requestId }) => requestId);
  }

  private async edgesOf(transaction: Transaction, sizes: ReadonlyMap<string, number>): Promise<Map<string, LogEdge>> {
    const rows = await transaction.query<TileRow>(EDGES, [[...sizes.keys()]]);
    const tiles = Map.groupBy(rows, ({ organization }) => organization);
    return new Map(
      [...sizes].map(([organization, size]) => [
        organization,
        new LogEdge(
          size,
          (tiles.get(organization) ?? []).map((tile) => ({ ...tile, index: Number(tile.index) })),
        ),
      ]),
    );
  }
}

/** Puts the entry at the end of its log. */
function placedIn(edges: ReadonlyMap<string, LogEdge>, entry: NewEntry): PlacedEntry {
  const edge = edges.get(entry.organization);
  if (!edge) throw new Error(`the log of ${entry.organization} is not locked`);
  const sequence = edge.size;
  edge.append(leafHash(entry.body));
  return { sequence, entry };
}

/** As those who follow the trail get them; entries of a log have the time of the last move of its head. */
function followedOf(placed: readonly PlacedEntry[], times: ReadonlyMap<string, Date>): FollowedEntry[] {
  return placed.map(({ sequence, entry: { organization, type, body } }) => {
    const recordedAt = times.get(organization);
    if (!recordedAt) throw new Error(`the head of the log of ${organization} was not moved`);
    return { organization, sequence, type, recordedAt, body };
  });
}
