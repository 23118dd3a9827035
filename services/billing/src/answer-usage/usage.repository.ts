import { Injectable } from '@nestjs/common';
import type { Caller, ChargeRecord, UsageReport, UsageReportReply } from '#libs/contracts';
import { Database } from '#libs/storage';
import { REPORTED } from '../price-call/further-usage.policy.js';

/** Whose charges may be seen. */
export type Owner = Pick<Caller, 'organization' | 'project'>;

/** What to sum up; `owner` undefined for all, times in epoch milliseconds, `to` exclusive. */
export interface UsageSelection {
  readonly groupBy: UsageReport['groupBy'];
  readonly owner: Owner | undefined;
  readonly from: number | undefined;
  readonly to: number | undefined;
}

const GROUP_EXPRESSIONS = {
  model: 'model',
  project: 'project',
  key: 'key',
  day: `to_char(ended_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')`,
} as const satisfies Record<UsageReport['groupBy'], string>;

/** What was not used by any call of a group is absent. */
const FURTHER_SUMS = `jsonb_strip_nulls(jsonb_build_object(${REPORTED.map(
  (name) => `'${name}', sum((further_usage ->> '${name}')::bigint)`,
).join(', ')}))`;

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
WHERE charge.request_id = $1 AND ($2::text IS NULL OR (charge.organization = $2 AND charge.project = $3))`;

@Injectable()
export class UsageRepository {
  constructor(private readonly database: Database) {}

  /** The charge of a request, unless it belongs to another owner than the one given. */
  async findCharge(requestId: string, owner: Owner | undefined): Promise<ChargeRecord | undefined> {
    const [charge] = await this.database.query<ChargeRecord>(FIND_CHARGE, [
      requestId,
      owner?.organization ?? null,
      owner?.project ?? null,
    ]);
    return charge && { ...charge, chargedAt: Math.floor(charge.chargedAt) };
  }

  /** Sums by group, in the order of the group's name. */
  async sum({ groupBy, owner, from, to }: UsageSelection): Promise<UsageReportReply['rows']> {
    return this.database.query(
      `SELECT ${GROUP_EXPRESSIONS[groupBy]} AS "group",
         count(*)::float8 AS "requests",
         sum(prompt_tokens)::float8 AS "promptTokens",
         sum(completion_tokens)::float8 AS "completionTokens",
         sum(cached_prompt_tokens)::float8 AS "cachedPromptTokens",
         sum(cache_write_prompt_tokens)::float8 AS "cacheWritePromptTokens",
         ${FURTHER_SUMS} AS "furtherUsage",
         sum(cost_nano_usd - overrun_nano_usd)::text AS "costNanoUsd"
       FROM billing.charges
       WHERE ($1::text IS NULL OR (organization = $1 AND project = $2))
         AND ($3::float8 IS NULL OR ended_at >= to_timestamp($3 / 1000))
         AND ($4::float8 IS NULL OR ended_at < to_timestamp($4 / 1000))
       GROUP BY 1 ORDER BY 1`,
      [owner?.organization ?? null, owner?.project ?? null, from ?? null, to ?? null],
    );
  }
}
