import { Injectable } from '@nestjs/common';
import { leafHash } from '#libs/merkle';
import { Database } from '#libs/storage';
import { NOT_OF_REQUESTS } from '../record-event/entry-type.policy.js';
import type { Destination } from './destination.schema.js';
import { wishesFor, type PushedEntry } from './pushed-entry.policy.js';

interface Place {
  organization: string;
  start: string;
  size: string;
}

/** Whose entries are sent where. */
export type PushTarget = Pick<Destination, 'name' | 'organizations' | 'types' | 'from'> & {
  /** Only what is noted besides requests, which is found without reading those. */
  readonly isOfNotes?: boolean;
};

type Row = Omit<PushedEntry, 'sequence' | 'leafHash'> & { sequence: string };

/** For longer than a door waits for its receiver, so that it is over only where its holder is gone. */
const LEASE = `
INSERT INTO audit.push_leases AS lease (destination, holder, leased_until) VALUES ($1, $2, now() + interval '60 seconds')
ON CONFLICT (destination) DO UPDATE SET holder = EXCLUDED.holder, leased_until = EXCLUDED.leased_until
  WHERE lease.holder = EXCLUDED.holder OR lease.leased_until < now()
RETURNING destination`;

/** A log that is new to a destination that is known begins at its start, whatever the destination began with: nothing of it is old. */
const BEGIN = `
INSERT INTO audit.pushes (destination, organization, pushed)
SELECT $1, organization, CASE WHEN $3 OR EXISTS (SELECT FROM audit.pushes WHERE destination = $1) THEN 0 ELSE size END
FROM audit.logs WHERE $2::text[] IS NULL OR organization = ANY($2)
ON CONFLICT DO NOTHING`;

const BEHIND = `
SELECT push.organization, greatest(push.pushed, log.kept_from) AS start, log.size
FROM audit.pushes push JOIN audit.logs log USING (organization)
WHERE push.destination = $1 AND push.pushed < log.size AND ($2::text[] IS NULL OR organization = ANY($2))
ORDER BY push.organization`;

const ENTRIES = `
SELECT organization, sequence, recorded_at AS "recordedAt", request_id AS "requestId", type, project, body
FROM audit.entries WHERE organization = $1 AND sequence >= $2 ORDER BY sequence LIMIT $3`;

const NOTES = ENTRIES.replace('ORDER BY', `AND ${NOT_OF_REQUESTS} ORDER BY`);

const LAG = `
SELECT coalesce(sum(log.size - greatest(push.pushed, log.kept_from)), 0) AS lag
FROM audit.pushes push JOIN audit.logs log USING (organization)
WHERE push.destination = $1 AND push.pushed < log.size AND ($2::text[] IS NULL OR organization = ANY($2))`;

const MOVE = 'UPDATE audit.pushes SET pushed = greatest(pushed, $3) WHERE destination = $1 AND organization = $2';

/** How much of a log is sent at once. */
export interface PushSize {
  readonly entries: number;
  readonly bytes: number;
}

@Injectable()
export class PushesRepository {
  constructor(private readonly database: Database) {}

  /** Takes the logs in that the destination is not being sent yet. */
  async begin({ name, organizations, from }: PushTarget): Promise<void> {
    await this.database.query(BEGIN, [name, organizations ?? null, from === 'start']);
  }

  /** Entries that the destination has yet to be sent. */
  async lag({ name, organizations }: PushTarget): Promise<number> {
    const rows = await this.database.query<{ lag: string }>(LAG, [name, organizations ?? null]);
    return Number(rows[0]?.lag ?? 0);
  }

  /**
   * Hands on the next stretch of each log that the destination is behind in, and notes that it was sent unless `send` throws: so a
   * stretch may be sent twice, and never not at all. One process at a time does so; no connection to Postgres is held meanwhile, so
   * that a receiver that is slow keeps nobody from recording. Returns how many entries it got past.
   */
  async send(
    { name, organizations, types, isOfNotes = false }: PushTarget,
    { holder, ...size }: PushSize & { readonly holder: string },
    send: (entries: readonly PushedEntry[]) => Promise<void>,
  ): Promise<number> {
    let passed = 0;
    const behind = await this.database.query<Place>(BEHIND, [name, organizations ?? null]);
    for (const { organization } of behind) {
      const isMine = (await this.database.query(LEASE, [name, holder])).length > 0;
      if (!isMine) return 0;
      // Looked up again: before the lease somebody else may have moved it.
      const [place] = await this.database.query<Place>(BEHIND, [name, [organization]]);
      const entries = place
        ? await this.next(isOfNotes ? NOTES : ENTRIES, { organization, start: Number(place.start), size })
        : [];
      const wished = entries.filter(({ type }) => wishesFor(type, types));
      if (wished.length > 0) await send(wished);
      const last = entries.at(-1);
      // Behind the last note there is nothing but requests, up to where the log ended before it was read.
      const end = place && isOfNotes && entries.length === 0 ? Number(place.size) : last && last.sequence + 1;
      if (end !== undefined) await this.database.query(MOVE, [name, organization, end]);
      passed += entries.length;
    }
    return passed;
  }

  private async next(
    statement: string,
    { organization, start, size }: { organization: string; start: number; size: PushSize },
  ): Promise<PushedEntry[]> {
    const rows = await this.database.query<Row>(statement, [organization, start, size.entries]);
    let bytes = 0;
    const end = rows.findIndex(({ body }, place) => {
      bytes += Buffer.byteLength(body);
      return bytes > size.bytes && place > 0;
    });
    return rows.slice(0, end < 0 ? rows.length : end).map((row) => ({
      ...row,
      sequence: Number(row.sequence),
      leafHash: Buffer.from(leafHash(row.body)).toString('base64'),
    }));
  }
}
