import { Injectable } from '@nestjs/common';
import { Database } from '#libs/storage';

/** Which entries of a stretch of a log are shown. Times in milliseconds since the Unix epoch. */
export interface LogSelection {
  readonly organization: string;
  readonly project: string | undefined;
  readonly type: string | undefined;
  readonly since: number | undefined;
  readonly until: number | undefined;
  readonly start: number;
  readonly end: number;
}

/** An entry as it rests. */
export interface LoggedEntry {
  readonly sequence: number;
  readonly recordedAt: Date;
  readonly requestId: string;
  readonly type: string;
  readonly project: string;
  readonly key: string;
  readonly model: string;
  readonly body: string;
}

type Row = { [Name in keyof LoggedEntry]: Name extends 'sequence' ? string : LoggedEntry[Name] };

const MATCHES = `
  organization = $1 AND sequence >= $2 AND sequence < $3
  AND ($4::text IS NULL OR project = $4) AND ($5::text IS NULL OR type = $5)
  AND ($6::timestamptz IS NULL OR recorded_at >= $6) AND ($7::timestamptz IS NULL OR recorded_at < $7)`;

@Injectable()
export class LogRepository {
  constructor(private readonly database: Database) {}

  async entries(selection: LogSelection, limit: number): Promise<LoggedEntry[]> {
    const rows = await this.database.asTenant(selection).query<Row>(
      `SELECT sequence, recorded_at AS "recordedAt", request_id AS "requestId", type, project, key, model, body
       FROM audit.entries WHERE ${MATCHES} ORDER BY sequence LIMIT $8`,
      [...parametersOf(selection), limit],
    );
    return rows.map((row) => ({ ...row, sequence: Number(row.sequence) }));
  }

  /** Sequences of a stretch that the database should have rows for and has none. */
  async missing(organization: string, start: number, end: number): Promise<number[]> {
    const rows = await this.database.asTenant({ organization }).query<{ sequence: string }>(
      `SELECT sequence FROM generate_series($2::bigint, $3::bigint - 1) AS sequence
       WHERE NOT EXISTS (SELECT FROM audit.removals removal WHERE removal.organization = $1 AND removal.sequences @> sequence)
       EXCEPT SELECT sequence FROM audit.entries WHERE organization = $1 AND sequence >= $2 AND sequence < $3
       ORDER BY sequence`,
      [organization, start, end],
    );
    return rows.map(({ sequence }) => Number(sequence));
  }

  /** What of a stretch was removed when its time was over, though others of that time are there; in order, `until` exclusive. */
  async removed(organization: string, start: number, end: number): Promise<{ from: number; until: number }[]> {
    const rows = await this.database.asTenant({ organization }).query<{ from: string; until: string }>(
      `SELECT lower(range) AS from, upper(range) AS until FROM (
         SELECT unnest(range_agg(sequences) * int8multirange(int8range($2, $3))) AS range
         FROM audit.removals WHERE organization = $1) AS removed ORDER BY 1`,
      [organization, start, end],
    );
    return rows.map(({ from, until }) => ({ from: Number(from), until: Number(until) }));
  }

  /** Where a log begins in the database; entries before were removed when their time was over. */
  async keptFrom(organization: string): Promise<number> {
    const rows = await this.database
      .asTenant({ organization })
      .query<{ kept_from: string }>('SELECT kept_from FROM audit.logs WHERE organization = $1', [organization]);
    return Number(rows[0]?.kept_from ?? 0);
  }
}

function parametersOf({ organization, start, end, project, type, since, until }: LogSelection): unknown[] {
  const time = (milliseconds: number | undefined) => (milliseconds === undefined ? null : new Date(milliseconds));
  return [organization, start, end, project ?? null, type ?? null, time(since), time(until)];
}
