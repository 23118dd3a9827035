import type { Client } from 'pg';

/** Organisations whose charges these are begin with this. */
export const REPORTED = 'reports-';
export const DAYS = 90;

/**
 * Charges of 90 days: 4 organisations, 64 keys of 16 projects, 6 models of 3 providers, two of them at each key, and 1,024 end users,
 * each of one key; with what is rolled up of them, summed up by the statements below as the service would have done call by call.
 * Lines and ledger entries, which no report reads, are left out.
 */
export async function loadCharges(client: Client, count: number): Promise<void> {
  await client.query(CHARGES, [count]);
  for (const statement of [ALL_HOURS, END_USER_HOURS, LATENCIES, PROVIDER_DAYS, CHARGED_DAYS, ACCOUNTS, ACCOUNT_DAYS]) {
    await client.query(statement);
  }
  await client.query(`ANALYZE billing.charges, billing.usage_hours, billing.latency_hours, billing.provider_days,
    billing.charged_days, billing.account_days`);
}

const CHARGES = `
INSERT INTO billing.charges (request_id, organization, project, key, model, lane, outcome, prompt_tokens, completion_tokens,
  cached_prompt_tokens, cost_nano_usd, baseline_nano_usd, ended_at, charged_at)
SELECT 'req_reports' || n, '${REPORTED}' || n % 4, 'project-' || n / 4 % 4, 'key-' || n / 16 % 4,
  'model-' || n / 16 % 3 * 2 + (hashint8(n) & 1), 'interactive', 'completed', 500 + n % 1000, 100 + n % 400, n % 100,
  1000 * (n % 5000), 5000 * (n % 5000), at, at
FROM generate_series(1, $1::bigint) n,
  LATERAL (SELECT date_trunc('hour', now(), 'UTC') - interval '${DAYS} days' * (1 - n::float8 / $1) AS at) moment`;

const PLACE = `date_trunc('hour', ended_at, 'UTC'), organization, project, key, model, 'provider-' || right(model, 1)::integer % 3`;
const ENDED = `FROM billing.charges WHERE organization LIKE '${REPORTED}%'`;
const hours = (kind: string, value: string): string => `
INSERT INTO billing.usage_hours (kind, value, hour, organization, project, key, model, provider, requests, prompt_tokens,
  completion_tokens, cached_prompt_tokens, cache_write_prompt_tokens, reasoning_tokens, cache_write_1h_prompt_tokens, images,
  audio_milliseconds, characters, searches, web_searches, cost_nano_usd, provider_cost_nano_usd, baseline_nano_usd)
SELECT '${kind}', ${value}, ${PLACE}, count(*), sum(prompt_tokens), sum(completion_tokens), sum(cached_prompt_tokens),
  0, 0, 0, 0, 0, 0, 0, 0, sum(cost_nano_usd), sum(cost_nano_usd), sum(baseline_nano_usd)
${ENDED} GROUP BY 2, 3, 4, 5, 6, 7, 8`;

const ALL_HOURS = hours('all', `''`);
const END_USER_HOURS = hours(
  'end_user',
  `'user-' || organization || project || key || (hashint8(substr(request_id, 12)::bigint) >> 8 & 15)`,
);
const LATENCIES = `
INSERT INTO billing.latency_hours (kind, value, hour, organization, project, key, model, provider, bucket, requests)
SELECT 'all', '', ${PLACE}, 60 + prompt_tokens % 20, count(*) ${ENDED} GROUP BY 3, 4, 5, 6, 7, 8, 9`;
const PROVIDER_DAYS = `
INSERT INTO billing.provider_days
SELECT 'provider-' || right(model, 1)::integer % 3, (ended_at AT TIME ZONE 'UTC')::date, model, organization, count(*), 0,
  sum(prompt_tokens), sum(completion_tokens), sum(cached_prompt_tokens), 0, sum(cost_nano_usd)
${ENDED} GROUP BY 1, 2, 3, 4`;
const CHARGED_DAYS = `
INSERT INTO billing.charged_days
SELECT organization, (charged_at AT TIME ZONE 'UTC')::date, project, model, count(*), sum(prompt_tokens),
  sum(completion_tokens), sum(cost_nano_usd)
${ENDED} GROUP BY 1, 2, 3, 4`;
const ACCOUNTS = `
INSERT INTO billing.ledger_accounts (id, name)
SELECT nextval('billing.ledger_account_ids'), 'customer:' || organization
FROM (SELECT DISTINCT organization FROM billing.charged_days WHERE organization LIKE '${REPORTED}%') owners`;
const ACCOUNT_DAYS = `
INSERT INTO billing.account_days (organization, day, account_id, amount_nano_usd, entries)
SELECT organization, day, account.id, sum(cost_nano_usd), sum(requests)
FROM billing.charged_days JOIN billing.ledger_accounts account ON name = 'customer:' || organization
WHERE organization LIKE '${REPORTED}%' GROUP BY 1, 2, 3`;
