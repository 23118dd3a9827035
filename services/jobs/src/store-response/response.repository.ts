import { Injectable } from '@nestjs/common';
import type { Caller, StoredResponse } from '#libs/contracts';
import { Database } from '#libs/storage';
import { JobLimits } from '../job-limits.js';

/** Whose responses are meant. The bootstrap key has its own project's here, as every key: nobody reads others' conversations. */
export type Owner = Pick<Caller, 'organization' | 'project'>;

const ROWS_PER_STATEMENT = 1_000;

/** Rows of `jobs.responses`. A response never changes; one that is too old is as good as gone. */
@Injectable()
export class ResponseRepository {
  constructor(
    private readonly database: Database,
    private readonly limits: JobLimits,
  ) {}

  /** Keeps what is there already, and says whether that is the same: storing again is no error, another of the same id is. */
  async insert({ organization, project }: Owner, { response, input }: StoredResponse): Promise<'kept' | 'id_taken'> {
    const texts = [JSON.stringify(response), JSON.stringify(input)] as const;
    const itemIds = response.output.flatMap(({ id }) => (typeof id === 'string' ? [id.replaceAll('\0', '')] : []));
    const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    const inserted = await this.database.query<{ id: string }>(
      `INSERT INTO jobs.responses (organization, project, id, response, input, output_item_ids, bytes)
       VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (organization, project, id) DO NOTHING RETURNING id`,
      [organization, project, response.id, ...texts, itemIds, bytes],
    );
    if (inserted.length > 0) return 'kept';
    const [same] = await this.database.query<{ id: string }>(
      `SELECT id FROM jobs.responses
       WHERE organization = $1 AND project = $2 AND id = $3 AND response = $4 AND input = $5`,
      [organization, project, response.id, ...texts],
    );
    return same ? 'kept' : 'id_taken';
  }

  async find({ organization, project }: Owner, id: string): Promise<StoredResponse | undefined> {
    const [row] = await this.database.asTenant({ organization, project }).query<{ response: string; input: string }>(
      `SELECT response, input FROM jobs.responses
       WHERE organization = $1 AND project = $2 AND id = $3 AND ${isKept(4)}`,
      [organization, project, id.replaceAll('\0', ''), this.limits.responseKeepMilliseconds],
    );
    return row && { response: parse(row.response), input: parse(row.input) };
  }

  /** The responses in whose output one of these items is. */
  async findByItems({ organization, project }: Owner, ids: readonly string[]): Promise<StoredResponse['response'][]> {
    const rows = await this.database.asTenant({ organization, project }).query<{ response: string }>(
      `SELECT response FROM jobs.responses
       WHERE organization = $1 AND project = $2 AND output_item_ids && $3::text[] AND ${isKept(4)}`,
      [organization, project, ids.map((id) => id.replaceAll('\0', '')), this.limits.responseKeepMilliseconds],
    );
    return rows.map(({ response }) => parse(response));
  }

  /** Returns whether there was such a response. */
  async delete({ organization, project }: Owner, id: string): Promise<boolean> {
    const rows = await this.database.query<{ id: string }>(
      `WITH gone AS (
         DELETE FROM jobs.responses
         WHERE organization = $1 AND project = $2 AND id = $3 AND ${isKept(4)} RETURNING id
       ) SELECT id FROM gone`,
      [organization, project, id.replaceAll('\0', ''), this.limits.responseKeepMilliseconds],
    );
    return rows.length > 0;
  }

  /** Drops the oldest responses of a project that has more of them, or more bytes, than are kept; returns how many. */
  async trim({ organization, project }: Owner): Promise<number> {
    const [row] = await this.database.query<{ dropped: number }>(
      `WITH ranked AS (
         SELECT id, row_number() OVER newest AS position, sum(bytes) OVER newest AS total
         FROM jobs.responses WHERE organization = $1 AND project = $2
         WINDOW newest AS (ORDER BY created_at DESC, id DESC ROWS UNBOUNDED PRECEDING)
       ), dropped AS (
         DELETE FROM jobs.responses WHERE organization = $1 AND project = $2
           AND id IN (SELECT id FROM ranked WHERE position > $3 OR total > $4) RETURNING 1
       ) SELECT count(*)::int AS dropped FROM dropped`,
      [organization, project, this.limits.responsesPerProject, this.limits.responseBytesPerProject],
    );
    return row?.dropped ?? 0;
  }

  /** Drops responses that are too old, in portions that lock little; returns how many. */
  async dropOld(): Promise<number> {
    let total = 0;
    for (;;) {
      const [row] = await this.database.query<{ dropped: number }>(
        `WITH old AS (
           SELECT ctid FROM jobs.responses WHERE NOT ${isKept(1)} LIMIT $2
         ), dropped AS (
           DELETE FROM jobs.responses WHERE ctid IN (SELECT ctid FROM old) RETURNING 1
         ) SELECT count(*)::int AS dropped FROM dropped`,
        [this.limits.responseKeepMilliseconds, ROWS_PER_STATEMENT],
      );
      const dropped = row?.dropped ?? 0;
      total += dropped;
      if (dropped < ROWS_PER_STATEMENT) return total;
    }
  }
}

/** The condition that a row is young enough; `$parameter` is the time it is kept. */
function isKept(parameter: number): string {
  return `created_at >= now() - $${parameter}::double precision * interval '1 millisecond'`;
}

function parse<T>(text: string): T {
  return JSON.parse(text) as T;
}
