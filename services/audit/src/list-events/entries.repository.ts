import { Injectable } from '@nestjs/common';
import {
  type AuditEntry,
  type AuditEventList,
  type AuditNoteEntry,
  auditNotedSchema,
  RequestNote,
  requestEndedSchema,
} from '#libs/contracts';
import { leafHash } from '#libs/merkle';
import type { Place } from '#libs/permission';
import { Database } from '#libs/storage';
import { isTypeOfEvents, NOT_OF_REQUESTS } from '../record-event/entry-type.policy.js';

/** A stretch of one organisation's log: entries behind a sequence that match what is given. */
export interface EntrySelection extends Omit<
  AuditEventList,
  'caller' | 'organization' | 'continues' | 'isStretch' | 'text'
> {
  readonly organization: string;
  readonly project: string | undefined;
  /** Only what lies in this stretch of the log, `stop` exclusive. */
  readonly window?: { readonly first: number; readonly stop: number };
  /** Only what holds all of these, as LIKE has them; in a stretch alone. */
  readonly patterns?: readonly string[];
}

interface Row {
  organization: string;
  sequence: string;
  type: string;
  recorded_at: Date;
  body: string;
}

const COLUMNS = 'organization, sequence, type, recorded_at, body';

@Injectable()
export class EntriesRepository {
  constructor(private readonly database: Database) {}

  /** The entry of a request and what is noted of it beside, unless it belongs to another owner than the one given. */
  async findByRequest(
    requestId: string,
    owner: Place | undefined,
  ): Promise<{ entry: AuditEntry; notes: AuditNoteEntry[] } | undefined> {
    const rows = await this.database.asTenant(owner ?? 'everywhere').query<Row>(
      `SELECT ${COLUMNS} FROM audit.entries
       WHERE request_id = ANY($1) AND ($2::text IS NULL OR (organization = $2 AND ($3::text IS NULL OR project = $3)))
       ORDER BY organization, sequence LIMIT 10`,
      [
        [requestId, ...Object.values(RequestNote).map((idOf) => idOf(requestId))],
        owner?.organization ?? null,
        owner?.project ?? null,
      ],
    );
    const found = rows.map(entryOf);
    const entry = found.find((one) => 'event' in one);
    const notes = found.filter((one) => 'note' in one && one.organization === entry?.organization);
    return entry && { entry, notes: notes as AuditNoteEntry[] };
  }

  async list(selection: EntrySelection): Promise<(AuditEntry | AuditNoteEntry)[]> {
    const { organization, order = 'asc', after, since, until, limit, window, patterns, type } = selection;
    const [direction, behind] = order === 'asc' ? ['ASC', '>'] : ['DESC', '<'];
    const rows = await this.database.asTenant(selection).query<Row>(
      `SELECT ${COLUMNS} FROM audit.entries
       WHERE organization = $1 AND ($2::bigint IS NULL OR sequence ${behind} $2)
         AND ($3::text IS NULL OR type = $3) AND ($4::text IS NULL OR project = $4)
         AND ($5::text IS NULL OR key = $5) AND ($6::text IS NULL OR model = $6) AND ($7::text IS NULL OR request_id = $7)
         AND ($8::timestamptz IS NULL OR recorded_at >= $8) AND ($9::timestamptz IS NULL OR recorded_at < $9)
         AND ($10::bigint IS NULL OR (sequence >= $10 AND sequence < $11))
         AND ($12::text[] IS NULL OR lower(body) LIKE ALL (ARRAY(SELECT lower(pattern) FROM unnest($12::text[]) AS pattern)))
         ${type === undefined || isTypeOfEvents(type) ? '' : `AND ${NOT_OF_REQUESTS}`}
       ORDER BY sequence ${direction} LIMIT $13`,
      [
        organization,
        after ?? null,
        ...[type, selection.project, selection.key, selection.model, selection.requestId].map((value) => value ?? null),
        ...[since, until].map((time) => (time === undefined ? null : new Date(time))),
        window?.first ?? null,
        window?.stop ?? null,
        patterns ?? null,
        limit,
      ],
    );
    return rows.map(entryOf);
  }
}

function entryOf(row: Row): AuditEntry | AuditNoteEntry {
  const body: unknown = JSON.parse(row.body);
  const place = {
    organization: row.organization,
    sequence: Number(row.sequence),
    type: row.type,
    recordedAt: row.recorded_at.getTime(),
    hash: Buffer.from(leafHash(row.body)).toString('hex'),
  };
  // By its type: what a worker says of a request is no note, whatever fields it has.
  const note = isTypeOfEvents(row.type) ? undefined : auditNotedSchema.safeParse(body).data;
  return note ? { ...place, note } : { ...place, event: requestEndedSchema.parse(body) };
}
