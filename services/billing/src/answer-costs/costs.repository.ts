import { Injectable } from '@nestjs/common';
import { MOST_COST_ROWS, type CostReport } from '#libs/contracts';
import type { Place } from '#libs/permission';
import { Database } from '#libs/storage';

/** What to sum up; `owner` undefined for all. */
export interface CostSelection extends Omit<CostReport, 'caller'> {
  readonly owner: Place | undefined;
}

/** Sums of one group in one bucket of time, in nano-USD. */
export interface CostSums {
  readonly bucketStartsAt: number;
  readonly groups: string[];
  readonly requests: number;
  readonly charged: string;
  readonly overrun: string;
  readonly baseline: string;
  readonly providerCost: string;
  readonly waste: string;
}

const COLUMNS = {
  model: 'model',
  project: 'project',
  key: 'key',
  organization: 'organization',
  provider: 'provider',
  tag: 'value',
  end_user: 'value',
} as const satisfies Record<CostReport['groupBy'][number], string>;

/** Sums of money by the hour, read from `billing.usage_hours`. */
@Injectable()
export class CostsRepository {
  constructor(private readonly database: Database) {}

  /** In the order of time, then of the groups' names; one row more than a report may have where there are too many. */
  async sum({ bucket, groupBy, only, owner, from, to }: CostSelection): Promise<CostSums[]> {
    const columns = groupBy.map((group) => COLUMNS[group]);
    const kind = kindOf([...groupBy, ...Object.keys(only)]);
    const parameters: unknown[] = [kind, owner?.organization ?? null, owner?.project ?? null, from, to, bucket];
    const filters = Object.entries(only).map(([name, values]) => {
      parameters.push(values);
      return ` AND ${COLUMNS[name as keyof typeof only]} = ANY($${parameters.length})`;
    });
    return this.database.asTenant(owner ?? 'everywhere').query<CostSums>(
      `SELECT (extract(epoch FROM date_trunc($6, hour, 'UTC')) * 1000)::float8 AS "bucketStartsAt",
         ARRAY[${columns.join(', ')}]::text[] AS groups, sum(requests)::float8 AS requests,
         sum(cost_nano_usd)::text AS charged, sum(overrun_nano_usd)::text AS overrun,
         sum(baseline_nano_usd)::text AS baseline, sum(provider_cost_nano_usd)::text AS "providerCost",
         sum(waste_nano_usd)::text AS waste
       FROM billing.usage_hours
       WHERE kind = $1 AND ($2::text IS NULL OR (organization = $2 AND ($3::text IS NULL OR project = $3)))
         AND hour >= date_trunc('hour', to_timestamp($4::float8 / 1000), 'UTC')
         AND hour < to_timestamp($5::float8 / 1000)${filters.join('')}
       GROUP BY ${["date_trunc($6, hour, 'UTC')", ...columns].join(', ')} ORDER BY 1, 2 LIMIT ${MOST_COST_ROWS + 1}`,
      parameters,
    );
  }
}

/** Requests are counted once as such, once for their end user and once for each tag. */
function kindOf(names: readonly string[]): 'all' | 'tag' | 'end_user' {
  if (names.includes('tag')) return 'tag';
  return names.includes('end_user') ? 'end_user' : 'all';
}
