import { Injectable } from '@nestjs/common';
import {
  type AuditEntry,
  type AuditNoteEntry,
  auditNotedSchema,
  type Caller,
  requestEndedSchema,
} from '#libs/contracts';
import { Database } from '#libs/storage';

/** Whose entries may be seen. */
export type Owner = Pick<Caller, 'organization' | 'project'>;

/** A stretch of one organisation's chain: entries after a sequence, of one project and one type or of all. */
export interface EntrySelection {
  readonly organization: string;
  readonly project: string | undefined;
  readonly after: number;
  readonly limit: number;
  readonly type: string | undefined;
}

interface Row {
  organization: string;
  sequence: string;
  type: string;
  recorded_at: Date;
  body: string;
  previous_hash: Buffer;
  hash: Buffer;
}

const COLUMNS = 'organization, sequence, type, recorded_at, body, previous_hash, hash';

@Injectable()
export class EntriesRepository {
  constructor(private readonly database: Database) {}

  /** The entry of a request, unless it belongs to another owner than the one given. */
  async findByRequest(requestId: string, owner: Owner | undefined): Promise<AuditEntry | undefined> {
    const rows = await this.database.query<Row>(
      `SELECT ${COLUMNS} FROM audit.entries
       WHERE request_id = $1 AND ($2::text IS NULL OR (organization = $2 AND project = $3)) LIMIT 1`,
      [requestId, owner?.organization ?? null, owner?.project ?? null],
    );
    const [entry] = rows.map(entryOf);
    return entry && 'event' in entry ? entry : undefined;
  }

  async list({ organization, project, after, limit, type }: EntrySelection): Promise<(AuditEntry | AuditNoteEntry)[]> {
    const rows = await this.database.query<Row>(
      `SELECT ${COLUMNS} FROM audit.entries
       WHERE organization = $1 AND sequence > $2 AND ($3::text IS NULL OR type = $3) AND ($4::text IS NULL OR project = $4)
       ORDER BY sequence LIMIT $5`,
      [organization, after, type ?? null, project ?? null, limit],
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
    previousHash: row.previous_hash.toString('hex'),
    hash: row.hash.toString('hex'),
  };
  const note = auditNotedSchema.safeParse(body).data;
  return note ? { ...place, note } : { ...place, event: requestEndedSchema.parse(body) };
}
