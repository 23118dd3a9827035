import { Injectable } from '@nestjs/common';
import { RESOURCE_KINDS, type AuditReport, type AuditReportRead } from '#libs/contracts';
import { Database } from '#libs/storage';
import type { Reach } from '../list-events/reader.js';
import { NOT_OF_REQUESTS, TYPES_OF_EVENTS } from '../record-event/entry-type.policy.js';
import { contentOf, type ReportedEntry } from './reported-entry.policy.js';

/** Entries behind a sequence, of a time, that a report is made from. */
export type ReportSelection = Omit<AuditReportRead, 'caller' | 'organization' | 'project' | 'continues'> &
  Reach & { readonly limit: number };

interface Row {
  sequence: string;
  recorded_at: Date;
  request_id: string;
  type: string;
  project: string;
  body: string;
}

/** Besides documents: revisions of the configuration, who may call and sign in, what is held and erased. */
const KINDS_OF_CHANGES = [
  ...RESOURCE_KINDS,
  'configuration',
  'key',
  'person',
  'invitation',
  'audit-key',
  'legal-hold',
  'data-subject',
];

/** What of a log each report is about; written so that each has an index. */
const CONDITIONS: Readonly<Record<AuditReport, string>> = {
  'model-use': `type = ANY(${TYPES_OF_EVENTS}::text[])`,
  'outside-region': `type = ANY(${TYPES_OF_EVENTS}::text[])`,
  'policy-changes': `${NOT_OF_REQUESTS} AND split_part(type, '.', 1) = ANY('{${KINDS_OF_CHANGES.join(',')}}') AND type <> 'key.used'`,
  'key-activity': 'key = $7',
};

@Injectable()
export class ReportEntriesRepository {
  constructor(private readonly database: Database) {}

  /** Whether there is an entry of this key at all, that the reader may see. */
  async hasAnyOf({
    organization,
    project,
    key,
  }: Pick<ReportSelection, 'organization' | 'project'> & { key: string }): Promise<boolean> {
    const rows = await this.database.asTenant({ organization, project }).query(
      `SELECT 1 FROM audit.entries
       WHERE organization = $1 AND key = $2 AND ($3::text IS NULL OR project = $3) LIMIT 1`,
      [organization, key, project ?? null],
    );
    return rows.length > 0;
  }

  /** In the order of the log. */
  async list(selection: ReportSelection): Promise<ReportedEntry[]> {
    const { organization, project, report, after, since, until, key, model, limit } = selection;
    const rows = await this.database.asTenant(selection).query<Row>(
      `SELECT sequence, recorded_at, request_id, type, project, body FROM audit.entries
       WHERE organization = $1 AND sequence > $2 AND recorded_at >= $3 AND recorded_at < $4
         AND ($5::text IS NULL OR project = $5) AND ($6::text IS NULL OR model = $6)
         AND ($7::text IS NULL OR key = $7) AND ${CONDITIONS[report]}
       ORDER BY sequence LIMIT $8`,
      [
        organization,
        after,
        new Date(since),
        new Date(until),
        ...[project, model, key].map((value) => value ?? null),
        limit,
      ],
    );
    return rows.map((row) => ({
      sequence: Number(row.sequence),
      recordedAt: row.recorded_at.getTime(),
      requestId: row.request_id,
      type: row.type,
      project: row.project,
      content: contentOf(row),
    }));
  }
}
