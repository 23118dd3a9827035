import { Injectable } from '@nestjs/common';
import type { RequestEnded } from '#libs/contracts';
import type { Place } from '#libs/permission';
import { Database } from '#libs/storage';
import { TYPES_OF_EVENTS } from '../record-event/entry-type.policy.js';
import type { PageCursor } from './page-cursor.policy.js';

/** A stretch of time in the entries of one project, of one organisation, or of everybody. */
export interface DecisionSelection {
  readonly place: Place | 'everywhere';
  readonly after: PageCursor;
  /** Milliseconds since the Unix epoch, exclusive. */
  readonly until: number | undefined;
  readonly limit: number;
}

/** An event and its place, by which the page after it is found. */
export interface PlacedEvent {
  readonly place: PageCursor;
  readonly event: RequestEnded;
}

interface Row {
  organization: string;
  sequence: string;
  recorded_at: string;
  body: string;
}

/** Terminal events alone: what else is noted of a request in the trail was decided by nobody. The index on these three columns serves both the bounds and the order. */
const SELECT = `
SELECT organization, sequence, body,
  to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS recorded_at
FROM audit.entries
WHERE (recorded_at, organization, sequence) > ($1::timestamptz, $2, $3)
  AND type = ANY (${TYPES_OF_EVENTS})
  AND ($4::timestamptz IS NULL OR recorded_at < $4)
  AND ($5::text IS NULL OR (organization = $5 AND ($6::text IS NULL OR project = $6)))
ORDER BY entries.recorded_at, organization, sequence LIMIT $7`;

@Injectable()
export class DecidedRequestsRepository {
  constructor(private readonly database: Database) {}

  /** The events behind a cursor, oldest first. */
  async list({ place, after, until, limit }: DecisionSelection): Promise<PlacedEvent[]> {
    const owner = place === 'everywhere' ? undefined : place;
    const rows = await this.database
      .asTenant(place)
      .query<Row>(SELECT, [
        after.recordedAt,
        after.organization,
        after.sequence,
        until === undefined ? null : new Date(until),
        owner?.organization ?? null,
        owner?.project ?? null,
        limit,
      ]);
    return rows.map(({ organization, sequence, recorded_at: recordedAt, body }) => ({
      place: { recordedAt, organization, sequence: Number(sequence) },
      // Checked when it was recorded, and by whoever asked for it: once more would take longer than all the rest.
      event: JSON.parse(body) as RequestEnded,
    }));
  }
}
