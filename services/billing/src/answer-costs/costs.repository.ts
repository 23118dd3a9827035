import { Injectable } from '@nestjs/common';
import { MOST_COST_ROWS, type CostReport } from '#libs/contracts';
import type { Place } from '#libs/permission';
import { Database } from '#libs/storage';
import { daysAndHours, rowsOf } from '../sum-up-days/days-and-hours.policy.js';
import { KEY_ID, KEY_NAME } from '../sum-up-days/keys-in-sums.js';
import { readReport } from '../sum-up-days/read-report.js';
import { SummedDaysRepository } from '../sum-up-days/summed-days.repository.js';

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
  key: KEY_NAME,
  key_id: KEY_ID,
  organization: 'organization',
  provider: 'provider',
  tag: 'value',
  end_user: 'value',
} as const satisfies Record<CostReport['groupBy'][number], string>;

const ROW = [
  ...new Set(Object.values(COLUMNS).filter((column) => column !== KEY_NAME && column !== KEY_ID)),
  'key',
  'requests',
  'cost_nano_usd',
  'overrun_nano_usd',
  'baseline_nano_usd',
  'provider_cost_nano_usd',
  'waste_nano_usd',
];

/** Sums of money, read from `billing.usage_days` and, where no whole day fits, `billing.usage_hours`. */
@Injectable()
export class CostsRepository {
  constructor(
    private readonly database: Database,
    private readonly days: SummedDaysRepository,
  ) {}

  /** In the order of time, then of the groups' names; one row more than a report may have where there are too many. */
  async sum({ bucket, groupBy, only, owner, from, to }: CostSelection): Promise<CostSums[]> {
    const columns = groupBy.map((group) => COLUMNS[group]);
    const parameters: unknown[] = [kindOf([...groupBy, ...Object.keys(only)]), owner?.organization ?? null];
    parameters.push(owner?.project ?? null);
    const bind = (value: unknown): string => `$${parameters.push(value)}`;
    const filters = Object.entries(only).map(
      ([name, values]) => ` AND ${COLUMNS[name as keyof typeof only]} = ANY(${bind(values)})`,
    );
    const parts = daysAndHours({ from, to }, bucket === 'hour' ? undefined : await this.days.before());
    const rows = rowsOf(
      parts,
      {
        days: 'billing.usage_days',
        hours: 'billing.usage_hours',
        columns: ROW,
        where: `kind = $1 AND ($2::text IS NULL OR (organization = $2 AND ($3::text IS NULL OR project = $3)))${filters.join('')}`,
      },
      bind,
    );
    const start = `date_trunc(${bind(bucket)}, hour, 'UTC')`;
    return readReport<CostSums>(this.database, {
      owner,
      parameters,
      sql: `SELECT (extract(epoch FROM ${start}) * 1000)::float8 AS "bucketStartsAt",
         ARRAY[${columns.join(', ')}]::text[] AS groups, sum(requests)::float8 AS requests,
         sum(cost_nano_usd)::text AS charged, sum(overrun_nano_usd)::text AS overrun,
         sum(baseline_nano_usd)::text AS baseline, sum(provider_cost_nano_usd)::text AS "providerCost",
         sum(waste_nano_usd)::text AS waste
       FROM ${rows}
       GROUP BY ${[start, ...columns].join(', ')} ORDER BY 1, 2 LIMIT ${MOST_COST_ROWS + 1}`,
    });
  }
}

/** Requests are counted once as such, once for their end user and once for each tag. */
function kindOf(names: readonly string[]): 'all' | 'tag' | 'end_user' {
  if (names.includes('tag')) return 'tag';
  return names.includes('end_user') ? 'end_user' : 'all';
}
