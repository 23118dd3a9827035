import { Injectable } from '@nestjs/common';
import type { ChargeRecord, UsageReport, UsageReportReply } from '#libs/contracts';
import type { Place } from '#libs/permission';
import { Database } from '#libs/storage';
import type { REPORTED } from '../price-call/further-usage.policy.js';
import { daysAndHours, rowsOf } from '../sum-up-days/days-and-hours.policy.js';
import { readReport } from '../sum-up-days/read-report.js';
import { SummedDaysRepository } from '../sum-up-days/summed-days.repository.js';
import { KEY_ID, KEY_NAME } from '../sum-up-days/keys-in-sums.js';
import { latencyOf } from '../price-call/latency-bucket.policy.js';

/** What to sum up; `owner` undefined for all, times in epoch milliseconds. */
export interface UsageSelection extends Pick<UsageReport, 'groupBy' | 'only'> {
  readonly owner: Place | undefined;
  readonly from: number | undefined;
  readonly to: number | undefined;
}

const GROUP_COLUMNS = {
  model: 'model',
  project: 'project',
  key: KEY_NAME,
  key_id: KEY_ID,
  organization: 'organization',
  provider: 'provider',
  tag: 'value',
  end_user: 'value',
  hour: 'hour',
  day: `date_trunc('day', hour, 'UTC')`,
  month: `date_trunc('month', hour, 'UTC')`,
} as const satisfies Record<UsageReport['groupBy'][number], string>;

/** Moments are written out for what is summed up only: as text they would cost more than the sums. */
const FORMATS: Partial<Record<UsageReport['groupBy'][number], string>> = {
  hour: 'YYYY-MM-DD"T"HH24:MI:SS"Z"',
  day: 'YYYY-MM-DD',
  month: 'YYYY-MM',
};

/** Columns of what is not a plain token, by their names in the usage. */
const FURTHER_COLUMNS = {
  cacheWrite1hPromptTokens: 'cache_write_1h_prompt_tokens',
  images: 'images',
  audioMilliseconds: 'audio_milliseconds',
  characters: 'characters',
  searches: 'searches',
  webSearches: 'web_searches',
} as const satisfies Record<(typeof REPORTED)[number], string>;

const PLACE = ['organization', 'project', 'key', 'model', 'provider', 'value'];
const SUMMED = [
  'requests',
  'prompt_tokens',
  'completion_tokens',
  'cached_prompt_tokens',
  'cache_write_prompt_tokens',
  'reasoning_tokens',
  ...Object.values(FURTHER_COLUMNS),
  'cost_nano_usd',
];

/** What was not used by any call of a group is absent. */
const FURTHER_SUMS = `jsonb_strip_nulls(jsonb_build_object(${Object.entries(FURTHER_COLUMNS)
  .map(([name, column]) => `'${name}', nullif(sum(${column}), 0)`)
  .join(', ')}))`;

/** The first bucket by which this share of the requests has ended. */
const percentile = (share: number): string => `min(bucket) FILTER (WHERE so_far >= ${share} * in_all)`;

const FIND_CHARGE = `
SELECT charge.request_id AS "requestId", charge.cost_nano_usd - charge.overrun_nano_usd AS "costNanoUsd",
  (extract(epoch FROM charge.charged_at) * 1000)::float8 AS "chargedAt",
  coalesce((
    SELECT json_agg(json_build_object(
      'provider', provider, 'model', model, 'priceVersion', price_version, 'usageBasis', usage_basis,
      'usage', jsonb_build_object('promptTokens', prompt_tokens, 'completionTokens', completion_tokens,
        'cachedPromptTokens', cached_prompt_tokens, 'cacheWritePromptTokens', cache_write_prompt_tokens,
        'reasoningTokens', reasoning_tokens) || coalesce(further_tokens, '{}') || coalesce(units, '{}'),
      'costNanoUsd', cost_nano_usd::text, 'payer', payer) ORDER BY attempt)
    FROM billing.charge_lines line WHERE line.request_id = charge.request_id), '[]') AS lines
FROM billing.charges charge
WHERE charge.request_id = $1 AND ($2::text IS NULL OR (charge.organization = $2 AND ($3::text IS NULL OR charge.project = $3)))`;

@Injectable()
export class UsageRepository {
  constructor(
    private readonly database: Database,
    private readonly days: SummedDaysRepository,
  ) {}

  /** The charge of a request, unless it belongs to another owner than the one given. */
  async findCharge(requestId: string, owner: Place | undefined): Promise<ChargeRecord | undefined> {
    const [charge] = await this.database
      .asTenant(owner ?? 'everywhere')
      .query<ChargeRecord>(FIND_CHARGE, [requestId, owner?.organization ?? null, owner?.project ?? null]);
    return charge && { ...charge, chargedAt: Math.floor(charge.chargedAt) };
  }

  /** Sums by group, in the order of the groups' names, with the percentiles of how long requests took. */
  async sum({ groupBy, only, owner, from, to }: UsageSelection): Promise<UsageReportReply['rows']> {
    const parameters: unknown[] = [kindOf([...groupBy, ...Object.keys(only)]), owner?.organization ?? null];
    parameters.push(owner?.project ?? null);
    const bind = (value: unknown): string => `$${parameters.push(value)}`;
    const filters = Object.entries(only).map(
      ([name, value]) => ` AND ${GROUP_COLUMNS[name as keyof typeof only]} = ${bind(value)}`,
    );
    const where = `kind = $1 AND ($2::text IS NULL OR (organization = $2 AND ($3::text IS NULL OR project = $3)))${filters.join('')}`;
    const parts = daysAndHours({ from, to }, groupBy.includes('hour') ? undefined : await this.days.before());
    const names = groupBy.map((_, index) => `group_${index}`);
    const keys = groupBy.map((group, index) => `${GROUP_COLUMNS[group]} AS ${names[index]}`).join(', ');
    const texts = groupBy.map((group, index) =>
      FORMATS[group] ? `to_char(${names[index]} AT TIME ZONE 'UTC', '${FORMATS[group]}')` : names[index],
    );
    const source = (table: 'usage' | 'latency', columns: readonly string[]): string =>
      rowsOf(
        parts,
        { days: `billing.${table}_days`, hours: `billing.${table}_hours`, columns: [...PLACE, ...columns], where },
        bind,
      );
    const rows = await readReport<SummedRow>(this.database, {
      owner,
      parameters,
      sql: `WITH sums AS (
         SELECT ${keys}, sum(requests)::float8 AS "requests",
           sum(prompt_tokens)::float8 AS "promptTokens", sum(completion_tokens)::float8 AS "completionTokens",
           sum(cached_prompt_tokens)::float8 AS "cachedPromptTokens",
           sum(cache_write_prompt_tokens)::float8 AS "cacheWritePromptTokens",
           sum(reasoning_tokens)::float8 AS "reasoningTokens",
           ${FURTHER_SUMS} AS "furtherUsage", sum(cost_nano_usd)::text AS "costNanoUsd"
         FROM ${source('usage', SUMMED)} GROUP BY ${names.join(', ')} HAVING sum(requests) > 0
       ), buckets AS (
         SELECT ${keys}, bucket, sum(requests)::bigint AS requests
         FROM ${source('latency', ['bucket', 'requests'])} GROUP BY ${names.join(', ')}, bucket
       ), running AS (
         SELECT ${names.join(', ')}, bucket, sum(requests) OVER (PARTITION BY ${names.join(', ')} ORDER BY bucket) AS so_far,
           sum(requests) OVER (PARTITION BY ${names.join(', ')}) AS in_all FROM buckets
       ), latencies AS (
         SELECT ${names.join(', ')}, ${percentile(0.5)} AS p50, ${percentile(0.95)} AS p95, ${percentile(0.99)} AS p99
         FROM running GROUP BY ${names.join(', ')}
       )
       SELECT ARRAY[${texts.join(', ')}] AS groups, requests, "promptTokens", "completionTokens", "cachedPromptTokens",
         "cacheWritePromptTokens", "reasoningTokens", "furtherUsage", "costNanoUsd", p50, p95, p99
       FROM sums LEFT JOIN latencies USING (${names.join(', ')}) ORDER BY groups`,
    });
    return rows.map(({ p50, p95, p99, ...row }) => ({
      ...row,
      ...(p50 === null || p95 === null || p99 === null
        ? {}
        : { latencyMilliseconds: { p50: latencyOf(p50), p95: latencyOf(p95), p99: latencyOf(p99) } }),
    }));
  }
}

type SummedRow = Omit<UsageReportReply['rows'][number], 'latencyMilliseconds'> &
  Record<'p50' | 'p95' | 'p99', number | null>;

/** Requests are counted once as such, once for their end user and once for each tag. */
function kindOf(names: readonly string[]): 'all' | 'tag' | 'end_user' {
  if (names.includes('tag')) return 'tag';
  return names.includes('end_user') ? 'end_user' : 'all';
}
