import { bucketOfDay } from './latency-bucket.policy.js';

const KEYS = 'kind, value, hour, organization, project, key, model, provider';
const ORDER = 'kind, organization, project, hour, value, key, model, provider';
const COUNTS = [
  'requests',
  'prompt_tokens',
  'completion_tokens',
  'cached_prompt_tokens',
  'cache_write_prompt_tokens',
  'reasoning_tokens',
  'cache_write_1h_prompt_tokens',
  'images',
  'audio_milliseconds',
  'characters',
  'searches',
  'web_searches',
  'cost_nano_usd',
  'overrun_nano_usd',
  'baseline_nano_usd',
] as const;
const OF_CALLS = ['provider_cost_nano_usd', 'waste_nano_usd'] as const;
const SUMS = [...COUNTS, ...OF_CALLS];

/** Sums of days are made once a day has been over for a day; what comes later is added to them, too. */
const IS_LATE = `hour < date_trunc('day', now(), 'UTC') - interval '1 day'`;

const unit = (name: string): string => `coalesce((further_usage ->> '${name}')::bigint, 0)`;

/** Under what a request is counted: as such, for its end user, and for each of its tags. */
const DIMENSION = `CROSS JOIN LATERAL (
    SELECT 'all' AS kind, '' AS value
    UNION ALL SELECT 'end_user', end_user WHERE end_user IS NOT NULL
    UNION ALL SELECT DISTINCT 'tag', tag FROM jsonb_array_elements_text(coalesce(tags, '[]')) tag
  ) dimension`;

/** Adds rows of a common table expression with the columns of `usage_hours` to those that are there. */
const addHours = (rows: string): string => `
  INSERT INTO billing.usage_hours AS hours (${KEYS}, ${SUMS.join(', ')})
  SELECT ${KEYS}, ${SUMS.map((name) => `sum(${name})::bigint`).join(', ')} FROM ${rows} GROUP BY ${KEYS} ORDER BY ${ORDER}
  ON CONFLICT ON CONSTRAINT usage_hours_pkey DO UPDATE SET
    ${SUMS.map((name) => `${name} = hours.${name} + EXCLUDED.${name}`).join(', ')}`;

const LATE_KEYS = `kind, value, date_trunc('day', hour, 'UTC') AS day, organization, project, key, model, provider`;
const DAY_KEYS = 'kind, value, day, organization, project, key, model, provider';
const DAY_ORDER = 'kind, organization, project, day, value, key, model, provider';

/** The same for the days that are summed up already, or may be at any moment: those before yesterday. */
const addLateDays = (rows: string): string => `
  INSERT INTO billing.usage_days AS days (${DAY_KEYS}, ${SUMS.join(', ')})
  SELECT ${DAY_KEYS}, ${SUMS.map((name) => `sum(${name})::bigint`).join(', ')}
  FROM (SELECT ${LATE_KEYS}, ${SUMS.join(', ')} FROM ${rows} WHERE ${IS_LATE}) late GROUP BY ${DAY_KEYS} ORDER BY ${DAY_ORDER}
  ON CONFLICT ON CONSTRAINT usage_days_pkey DO UPDATE SET
    ${SUMS.map((name) => `${name} = days.${name} + EXCLUDED.${name}`).join(', ')}`;

/** Rows of calls of a provider that answered nothing, or not the last part: no request, only money. */
const callsElsewhere = (columns: string, source: string): string => `
  SELECT dimension.kind, dimension.value, date_trunc('hour', to_timestamp(ended_at_milliseconds / 1000), 'UTC') AS hour,
    organization, project, key, ${columns},
    ${COUNTS.map((name) => `0::bigint AS ${name}`).join(', ')}, ${OF_CALLS.map((name) => `call.${name}`).join(', ')}
  FROM ${source} ${DIMENSION}`;

const PROVIDER_SUMS = [
  'calls',
  'estimated_calls',
  'prompt_tokens',
  'completion_tokens',
  'cached_prompt_tokens',
  'cache_write_prompt_tokens',
  'cost_nano_usd',
] as const;

/** Adds calls to the days of their providers; `calls` has a row for each with its day, whatever its request has cost. */
const addProviderDays = (calls: string): string => `
  INSERT INTO billing.provider_days AS days (provider, day, model, organization, ${PROVIDER_SUMS.join(', ')})
  SELECT provider, day, model, organization, count(*), count(*) FILTER (WHERE usage_basis = 'estimate'),
    ${PROVIDER_SUMS.slice(2)
      .map((name) => `sum(${name})::bigint`)
      .join(', ')}
  FROM ${calls} WHERE provider <> 'cache' GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
  ON CONFLICT ON CONSTRAINT provider_days_pkey DO UPDATE SET
    ${PROVIDER_SUMS.map((name) => `${name} = days.${name} + EXCLUDED.${name}`).join(', ')}`;

const ALL_PARTS = `(SELECT ${KEYS}, ${SUMS.join(', ')} FROM keyed UNION ALL SELECT * FROM elsewhere) parts`;

/**
 * Parts of the statement that records charges: each request that is charged now is added to the hour in which it ended, once as such,
 * once for its end user and once for each of its tags; its calls to the days of their providers; what is charged to the day of
 * charging, which is the ledger's. Rows are locked in one order.
 */
export const ROLL_UP_USAGE = `, keyed AS MATERIALIZED (
  SELECT dimension.kind, dimension.value, date_trunc('hour', to_timestamp(ended_at_milliseconds / 1000), 'UTC') AS hour,
    organization, project, key, model, coalesce(provider, '') AS provider, latency_bucket,
    1 AS requests, prompt_tokens, completion_tokens, cached_prompt_tokens, cache_write_prompt_tokens,
    coalesce(reasoning_tokens, 0) AS reasoning_tokens, ${unit('cacheWrite1hPromptTokens')} AS cache_write_1h_prompt_tokens,
    ${unit('images')} AS images, ${unit('audioMilliseconds')} AS audio_milliseconds, ${unit('characters')} AS characters,
    ${unit('searches')} AS searches, ${unit('webSearches')} AS web_searches,
    cost_nano_usd - overrun_nano_usd AS cost_nano_usd, overrun_nano_usd, baseline_nano_usd,
    served_cost_nano_usd AS provider_cost_nano_usd, served_waste_nano_usd AS waste_nano_usd
  FROM given JOIN fresh ON message_id = request_id ${DIMENSION}
), elsewhere AS (${callsElsewhere(
  'model, call.provider',
  `given JOIN fresh ON message_id = request_id CROSS JOIN LATERAL jsonb_to_recordset(called_elsewhere) AS call(
    provider text, provider_cost_nano_usd bigint, waste_nano_usd bigint)`,
)}
), rolled AS (${addHours(ALL_PARTS)}
), rolled_late AS (${addLateDays(ALL_PARTS)}
), timed AS (
  INSERT INTO billing.latency_hours AS hours (${KEYS}, bucket, requests)
  SELECT ${KEYS}, latency_bucket, count(*) FROM keyed GROUP BY ${KEYS}, latency_bucket ORDER BY ${ORDER}, latency_bucket
  ON CONFLICT ON CONSTRAINT latency_hours_pkey DO UPDATE SET requests = hours.requests + EXCLUDED.requests
), timed_late AS (
  INSERT INTO billing.latency_days AS days (${DAY_KEYS}, bucket, requests)
  SELECT ${DAY_KEYS}, latency_bucket, count(*)
  FROM (SELECT ${LATE_KEYS}, ${bucketOfDay('latency_bucket')} AS latency_bucket FROM keyed WHERE ${IS_LATE}) late
  GROUP BY ${DAY_KEYS}, latency_bucket ORDER BY ${DAY_ORDER}, latency_bucket
  ON CONFLICT ON CONSTRAINT latency_days_pkey DO UPDATE SET requests = days.requests + EXCLUDED.requests
), called AS (${addProviderDays('fresh_lines')}
), invoiced AS (
  INSERT INTO billing.charged_days AS days
    (organization, day, project, model, requests, prompt_tokens, completion_tokens, cost_nano_usd)
  SELECT organization, (now() AT TIME ZONE 'UTC')::date, project, model, count(*), sum(prompt_tokens)::bigint,
    sum(completion_tokens)::bigint, sum(cost_nano_usd - overrun_nano_usd)::bigint
  FROM given JOIN fresh ON message_id = request_id GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
  ON CONFLICT ON CONSTRAINT charged_days_pkey DO UPDATE SET requests = days.requests + EXCLUDED.requests,
    prompt_tokens = days.prompt_tokens + EXCLUDED.prompt_tokens,
    completion_tokens = days.completion_tokens + EXCLUDED.completion_tokens,
    cost_nano_usd = days.cost_nano_usd + EXCLUDED.cost_nano_usd
), moved AS (${addAccountDays('entered')}
)`;

/** The same for calls whose request had been charged already: money without a request. `called` has a row for each call. */
export const ROLL_UP_SUPERSEDED = `, elsewhere AS (${callsElsewhere(
  'public_model AS model, call.provider',
  `(SELECT *, 0::bigint AS provider_cost_nano_usd, cost_nano_usd AS waste_nano_usd FROM called) call`,
)}
), rolled AS (${addHours('elsewhere')}
), rolled_late AS (${addLateDays('elsewhere')}
), summed AS (${addProviderDays('called')}
)`;

/** Adds entries of the ledger to the days of the accounts that invoices are made of; `entries` has account and amount. */
export function addAccountDays(entries: string): string {
  return `
  INSERT INTO billing.account_days AS days (organization, day, account_id, amount_nano_usd, entries)
  SELECT split_part(name, ':', 2), (now() AT TIME ZONE 'UTC')::date, account_id, sum(amount_nano_usd)::bigint, count(*)
  FROM ${entries} JOIN billing.ledger_accounts account ON account.id = account_id
  WHERE name LIKE 'customer:%' OR name LIKE 'credits:%' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
  ON CONFLICT ON CONSTRAINT account_days_pkey DO UPDATE SET
    amount_nano_usd = days.amount_nano_usd + EXCLUDED.amount_nano_usd, entries = days.entries + EXCLUDED.entries`;
}
