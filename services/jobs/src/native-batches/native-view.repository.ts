import { Injectable } from '@nestjs/common';
import type { NativeBatchList, NativeBatchObject, NativeBatchPage } from '#libs/contracts';
import { formatUsd } from '#libs/pricing';
import { Database, storableText } from '#libs/storage';
import { OPEN_STATES } from './native-batch.js';

type Times = 'created_at' | 'submitted_at' | 'give_up_at' | 'ended_at';
type NativeRow = Omit<NativeBatchObject, 'object' | 'savings_usd' | Times> & {
  readonly saved: string;
} & Readonly<Record<Times, Date | null>>;

/** What is at one provider now. */
export interface OpenAtProvider {
  readonly provider: string;
  readonly batches: number;
  readonly lines: number;
}

/** Batches at providers, for operators. */
@Injectable()
export class NativeViewRepository {
  constructor(private readonly database: Database) {}

  async list({ isOpen, after, limit }: Omit<NativeBatchList, 'caller'>): Promise<NativeBatchPage> {
    const rows = await this.database.query<NativeRow>(
      // The page first: only of what is on it are lines counted, of which there are thousands to each.
      `WITH page AS MATERIALIZED (
         SELECT * FROM jobs.native_batches n
         WHERE (NOT $1 OR n.state = ANY($2))
           AND ($3::text IS NULL OR (n.created_at, n.id) < (SELECT created_at, id FROM jobs.native_batches WHERE id = $3))
         ORDER BY n.created_at DESC, n.id DESC LIMIT $4)
       SELECT n.id, n.batch_id, b.organization, b.project, n.provider, n.model, n.state, n.remote_id, n.remote_status,
         n.message, n.lines, c.lines_at_provider, c.lines_answered, c.saved, n.created_at, n.submitted_at, n.give_up_at,
         n.ended_at
       FROM page n JOIN jobs.batches b ON b.id = n.batch_id CROSS JOIN LATERAL (
         SELECT (count(*) FILTER (WHERE l.place = 'native'))::integer AS lines_at_provider,
           coalesce(n.answered_lines, (count(*) FILTER (WHERE r.saved_nano_usd <> 0))::integer) AS lines_answered,
           coalesce(n.saved_nano_usd, sum(r.saved_nano_usd), 0) AS saved
         FROM jobs.native_lines l LEFT JOIN jobs.batch_results r ON r.batch_id = l.batch_id AND r.line = l.line
         WHERE l.native_id = n.id) c
       ORDER BY n.created_at DESC, n.id DESC`,
      [isOpen, OPEN_STATES, after === undefined ? null : storableText(after), limit + 1],
    );
    return { object: 'list', data: rows.slice(0, limit).map(shown), has_more: rows.length > limit };
  }

  /** Whether there is such a batch. */
  async find(id: string): Promise<boolean> {
    const rows = await this.database.query(`SELECT 1 FROM jobs.native_batches WHERE id = $1`, [storableText(id)]);
    return rows.length > 0;
  }

  open(): Promise<OpenAtProvider[]> {
    return this.database.query<OpenAtProvider>(
      `SELECT provider, count(*)::integer AS batches, sum(at_provider)::integer AS lines
       FROM (
         SELECT n.provider, (SELECT count(*) FROM jobs.native_lines l WHERE l.native_id = n.id AND l.place = 'native') AS at_provider
         FROM jobs.native_batches n WHERE n.state = ANY($1)) open
       GROUP BY provider`,
      [OPEN_STATES],
    );
  }
}

function shown({ saved, created_at, submitted_at, give_up_at, ended_at, ...row }: NativeRow): NativeBatchObject {
  return {
    object: 'native_batch',
    ...row,
    savings_usd: formatUsd(BigInt(saved)),
    created_at: created_at?.toISOString() ?? '',
    submitted_at: submitted_at?.toISOString() ?? null,
    give_up_at: give_up_at?.toISOString() ?? '',
    ended_at: ended_at?.toISOString() ?? null,
  };
}
