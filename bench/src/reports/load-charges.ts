import type { Client } from 'pg';

/** Organisations whose sums these are begin with this. */
const REPORTED = 'reports-';
export const DAYS = 90;
/** What one key and model is asked in an hour; fewer charges are those of fewer days. */
const REQUESTS_AN_HOUR = 36;
const KEYS = 64;
const END_USERS_OF_KEY = 16;
const MODELS_OF_KEY = 2;

/**
 * What is kept of so many charges, 111,000 a day, as the service would have summed them up call by call: 4 organisations, 64 keys of 16
 * projects, 6 models of 3 providers, two of them at each key, and 1,024 end users, each of one key, who are there in every hour. Of
 * ten million charges these are 276,480 hours of keys, 4.4 million hours of end users, about 14 million hours of latencies, and their
 * days. The charges, lines and ledger entries themselves, which no report reads, are left out. Indexes are made after the rows.
 */
export async function loadCharges(client: Client, count: number): Promise<void> {
  const days = Math.min(DAYS, Math.max(3, Math.round(count / (24 * KEYS * MODELS_OF_KEY * REQUESTS_AN_HOUR))));
  for (const [table, columns] of INDEXED) {
    await client.query(`ALTER TABLE billing.${table} DROP CONSTRAINT ${table}_pkey`);
    if (table.endsWith('_hours')) await client.query(`DROP INDEX billing.${table}_kind_hour`);
    // In the order of time, as they come.
    for (let day = days; day >= 1; day -= 1) {
      for (const kind of ['all', 'end_user'] as const) await client.query(sums(table, kind, day));
    }
    await client.query(`ALTER TABLE billing.${table} ADD CONSTRAINT ${table}_pkey PRIMARY KEY (${columns})`);
    if (table.endsWith('_hours'))
      await client.query(`CREATE INDEX ${table}_kind_hour ON billing.${table} (kind, hour)`);
  }
  for (const statement of [SUMMED_DAYS, PROVIDER_DAYS, CHARGED_DAYS, ACCOUNTS, ACCOUNT_DAYS])
    await client.query(statement);
  await client.query(`VACUUM ANALYZE billing.usage_hours, billing.usage_days, billing.latency_hours, billing.latency_days,
    billing.provider_days, billing.charged_days, billing.account_days`);
}

const PLACE = 'value, key, model, provider';
const INDEXED = [
  ['usage_hours', `kind, organization, project, hour, ${PLACE}`],
  ['usage_days', `kind, organization, project, day, ${PLACE}`],
  ['latency_hours', `kind, organization, project, hour, ${PLACE}, bucket`],
  ['latency_days', `kind, organization, project, day, ${PLACE}, bucket`],
] as const;

/** Hours of the last 90 whole days, so that every day but yesterday is one that the service has summed up. */
const END = `date_trunc('day', now(), 'UTC')`;

function sums(table: (typeof INDEXED)[number][0], kind: 'all' | 'end_user', day: number): string {
  const isOfDays = table.endsWith('_days');
  const requests = REQUESTS_AN_HOUR * (isOfDays ? 24 : 1);
  const users = kind === 'all' ? 1 : END_USERS_OF_KEY;
  const each = Math.max(1, Math.round(requests / users));
  const value = kind === 'all' ? `''` : `'user-' || k || '-' || u`;
  // A day that is not over for a day is not summed up yet.
  const times = isOfDays
    ? `generate_series(greatest(${day}, 2), ${day}) t`
    : `generate_series(${day * 24}, ${day * 24 - 23}, -1) t`;
  const unit = isOfDays ? 'day' : 'hour';
  const place = `'${kind}', ${value}, ${END} - interval '1 ${unit}' * t, '${REPORTED}' || k % 4, 'project-' || k / 4 % 4,
    'key-' || k / 16, 'model-' || k / 16 % 3 * 2 + m, 'provider-' || (k / 16 % 3 * 2 + m) % 3`;
  const source = `${times}, generate_series(0, ${KEYS - 1}) k,
    generate_series(0, ${MODELS_OF_KEY - 1}) m, generate_series(1, ${users}) u`;
  const names = `kind, value, ${unit}, organization, project, key, model, provider`;
  if (table.startsWith('usage')) {
    return `INSERT INTO billing.${table} (${names}, requests, prompt_tokens, completion_tokens, cached_prompt_tokens,
        cache_write_prompt_tokens, reasoning_tokens, cache_write_1h_prompt_tokens, images, audio_milliseconds, characters,
        searches, web_searches, cost_nano_usd, provider_cost_nano_usd, baseline_nano_usd)
      SELECT ${place}, ${each}, ${each * 1000}, ${each * 300}, ${each * 50}, 0, 0, 0, 0, 0, 0, 0, 0, ${each * 2_500_000},
        ${each * 2_500_000}, ${each * 12_500_000} FROM ${source}`;
  }
  // Times of one key spread over 18 buckets; of a day of an end user, these are kept as six.
  const buckets = Math.min(isOfDays && kind !== 'all' ? 6 : 18, each);
  const width = isOfDays && kind !== 'all' ? 3 : 1;
  return `INSERT INTO billing.${table} (${names}, bucket, requests)
    SELECT ${place}, 60 + (b * 7 + t + u) % ${18 / width} * ${width}, ${Math.max(1, Math.round(each / buckets))}
    FROM ${source}, generate_series(0, ${buckets - 1}) b`;
}

const SUMMED_DAYS = `
INSERT INTO billing.summed_days (before) VALUES (${END} - interval '1 day')
ON CONFLICT (is_only) DO UPDATE SET before = EXCLUDED.before`;
const DAYS_OF_MODELS = `FROM billing.usage_hours WHERE kind = 'all' AND organization LIKE '${REPORTED}%'`;
const DAY = `(hour AT TIME ZONE 'UTC')::date`;
const PROVIDER_DAYS = `
INSERT INTO billing.provider_days
SELECT provider, ${DAY}, model, organization, sum(requests), 0, sum(prompt_tokens), sum(completion_tokens),
  sum(cached_prompt_tokens), 0, sum(cost_nano_usd) ${DAYS_OF_MODELS} GROUP BY 1, 2, 3, 4`;
const CHARGED_DAYS = `
INSERT INTO billing.charged_days
SELECT organization, ${DAY}, project, model, sum(requests), sum(prompt_tokens), sum(completion_tokens), sum(cost_nano_usd)
${DAYS_OF_MODELS} GROUP BY 1, 2, 3, 4`;
const ACCOUNTS = `
INSERT INTO billing.ledger_accounts (id, name)
SELECT nextval('billing.ledger_account_ids'), 'customer:' || organization
FROM (SELECT DISTINCT organization FROM billing.charged_days WHERE organization LIKE '${REPORTED}%') owners`;
const ACCOUNT_DAYS = `
INSERT INTO billing.account_days (organization, day, account_id, amount_nano_usd, entries)
SELECT organization, day, account.id, sum(cost_nano_usd), sum(requests)
FROM billing.charged_days JOIN billing.ledger_accounts account ON name = 'customer:' || organization
WHERE organization LIKE '${REPORTED}%' GROUP BY 1, 2, 3`;
