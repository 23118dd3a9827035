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

const addToProviderDays = (rows: string): string => `
  INSERT INTO billing.provider_days AS days (provider, day, model, organization, ${PROVIDER_SUMS.join(', ')})
  ${rows} ORDER BY provider, day, model, organization
  ON CONFLICT ON CONSTRAINT provider_days_pkey DO UPDATE SET
    ${PROVIDER_SUMS.map((name) => `${name} = days.${name} + EXCLUDED.${name}`).join(', ')}`;

/** Adds calls to the days of their providers; `calls` has a row for each with its day, whatever its request has cost. */
const addCalls = (calls: string): string =>
  addToProviderDays(`
  SELECT provider, day, model, organization, count(*), count(*) FILTER (WHERE usage_basis = 'estimate'),
    ${PROVIDER_SUMS.slice(2)
      .map((name) => `sum(${name})::bigint`)
      .join(', ')}
  FROM ${calls} WHERE provider <> 'cache' GROUP BY provider, day, model, organization`);

/**
 * Parts of the statement that records charges. What they add was summed up before (`sumsOf`) and is given as `hourly`, `latencies`,
 * `called`, `charged_sums` and `movements`: a row for each that is added to. What is charged is of the day of charging, which is the
 * ledger's. Rows are locked in one order.
 */
export const ROLL_UP_USAGE = `, rolled AS (${addHours('hourly')}
), rolled_late AS (${addLateDays('hourly')}
), timed AS (
  INSERT INTO billing.latency_hours AS hours (${KEYS}, bucket, requests)
  SELECT ${KEYS}, bucket, requests FROM latencies ORDER BY ${ORDER}, bucket
  ON CONFLICT ON CONSTRAINT latency_hours_pkey DO UPDATE SET requests = hours.requests + EXCLUDED.requests
), timed_late AS (
  INSERT INTO billing.latency_days AS days (${DAY_KEYS}, bucket, requests)
  SELECT ${DAY_KEYS}, bucket, sum(requests)::bigint
  FROM (SELECT ${LATE_KEYS}, ${bucketOfDay('bucket')} AS bucket, requests FROM latencies WHERE ${IS_LATE}) late
  GROUP BY ${DAY_KEYS}, bucket ORDER BY ${DAY_ORDER}, bucket
  ON CONFLICT ON CONSTRAINT latency_days_pkey DO UPDATE SET requests = days.requests + EXCLUDED.requests
), of_providers AS (${addToProviderDays(`SELECT provider, day, model, organization, ${PROVIDER_SUMS.join(', ')} FROM called`)}
), invoiced AS (
  INSERT INTO billing.charged_days AS days
    (organization, day, project, model, requests, prompt_tokens, completion_tokens, cost_nano_usd)
  SELECT organization, (now() AT TIME ZONE 'UTC')::date, project, model, requests, prompt_tokens, completion_tokens, cost_nano_usd
  FROM charged_sums ORDER BY organization, project, model
  ON CONFLICT ON CONSTRAINT charged_days_pkey DO UPDATE SET requests = days.requests + EXCLUDED.requests,
    prompt_tokens = days.prompt_tokens + EXCLUDED.prompt_tokens,
    completion_tokens = days.completion_tokens + EXCLUDED.completion_tokens,
    cost_nano_usd = days.cost_nano_usd + EXCLUDED.cost_nano_usd
), moved AS (${addAccountDays('movements')}
)`;

/** The same for calls whose request had been charged already: money without a request. `called` has a row for each call. */
export const ROLL_UP_SUPERSEDED = `, elsewhere AS (${callsElsewhere(
  'public_model AS model, call.provider',
  `(SELECT *, 0::bigint AS provider_cost_nano_usd, cost_nano_usd AS waste_nano_usd FROM called) call`,
)}
), rolled AS (${addHours('elsewhere')}
), rolled_late AS (${addLateDays('elsewhere')}
), summed AS (${addCalls('called')}
)`;

/** Adds to the days of the accounts that invoices are made of; `movements` has account, amount and how many entries these are. */
export function addAccountDays(movements: string): string {
  return `
  INSERT INTO billing.account_days AS days (organization, day, account_id, amount_nano_usd, entries)
  SELECT split_part(name, ':', 2), (now() AT TIME ZONE 'UTC')::date, account_id, sum(amount_nano_usd)::bigint, sum(entries)::bigint
  FROM ${movements} JOIN billing.ledger_accounts account ON account.id = account_id
  WHERE name LIKE 'customer:%' OR name LIKE 'credits:%' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
  ON CONFLICT ON CONSTRAINT account_days_pkey DO UPDATE SET
    amount_nano_usd = days.amount_nano_usd + EXCLUDED.amount_nano_usd, entries = days.entries + EXCLUDED.entries`;
}
