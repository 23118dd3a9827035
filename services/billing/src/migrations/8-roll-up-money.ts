import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Sums that reports of money are read from, kept together with each charge: what providers are paid, what is wasted and what the
 * dearest model would have cost by the hour; calls of providers by the day; what was charged by the day of charging; and the daily
 * movements of accounts that invoices are made of. What is there before is summed up once, here.
 */
export class RollUpMoney1764700000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE billing.charges ADD COLUMN baseline_nano_usd bigint, ADD COLUMN baseline_price_version text;
      ALTER TABLE billing.usage_hours
        ADD COLUMN provider_cost_nano_usd bigint NOT NULL DEFAULT 0,
        ADD COLUMN waste_nano_usd bigint NOT NULL DEFAULT 0,
        ADD COLUMN overrun_nano_usd bigint NOT NULL DEFAULT 0,
        ADD COLUMN baseline_nano_usd bigint NOT NULL DEFAULT 0`);
    await runner.query(TABLES);
    await runner.query(EARLIER_HOURS);
    await runner.query(EARLIER_PROVIDER_DAYS);
    await runner.query(EARLIER_CHARGED_DAYS);
    await runner.query(EARLIER_ACCOUNT_DAYS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE billing.account_days, billing.charged_days, billing.provider_days;
      ALTER TABLE billing.usage_hours DROP COLUMN provider_cost_nano_usd, DROP COLUMN waste_nano_usd,
        DROP COLUMN overrun_nano_usd, DROP COLUMN baseline_nano_usd;
      ALTER TABLE billing.charges DROP COLUMN baseline_nano_usd, DROP COLUMN baseline_price_version`);
  }
}

const TABLES = `
CREATE TABLE billing.provider_days (
  provider text NOT NULL,
  day date NOT NULL,
  model text NOT NULL,
  organization text NOT NULL,
  calls bigint NOT NULL,
  estimated_calls bigint NOT NULL,
  prompt_tokens bigint NOT NULL,
  completion_tokens bigint NOT NULL,
  cached_prompt_tokens bigint NOT NULL,
  cache_write_prompt_tokens bigint NOT NULL,
  cost_nano_usd bigint NOT NULL,
  CONSTRAINT provider_days_pkey PRIMARY KEY (provider, day, model, organization)
);
CREATE TABLE billing.charged_days (
  organization text NOT NULL,
  day date NOT NULL,
  project text NOT NULL,
  model text NOT NULL,
  requests bigint NOT NULL,
  prompt_tokens bigint NOT NULL,
  completion_tokens bigint NOT NULL,
  cost_nano_usd bigint NOT NULL,
  CONSTRAINT charged_days_pkey PRIMARY KEY (organization, day, project, model)
);
CREATE TABLE billing.account_days (
  organization text NOT NULL,
  day date NOT NULL,
  account_id integer NOT NULL,
  amount_nano_usd bigint NOT NULL,
  entries bigint NOT NULL,
  CONSTRAINT account_days_pkey PRIMARY KEY (organization, day, account_id)
)`;

/** What is beyond a hold and what is wasted stands under who was called, not under who answered. */
const EARLIER_HOURS = `
INSERT INTO billing.usage_hours AS hours (kind, value, hour, organization, project, key, model, provider, requests,
  prompt_tokens, completion_tokens, cached_prompt_tokens, cache_write_prompt_tokens, reasoning_tokens,
  cache_write_1h_prompt_tokens, images, audio_milliseconds, characters, searches, web_searches, cost_nano_usd,
  provider_cost_nano_usd, waste_nano_usd, overrun_nano_usd, baseline_nano_usd)
SELECT 'all', '', date_trunc('hour', ended_at, 'UTC'), organization, project, key, model, provider, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, sum(provider_cost), sum(waste), sum(overrun), sum(baseline)
FROM (
  SELECT ended_at, organization, project, key, charge.model, provider,
    CASE payer WHEN 'caller' THEN line.cost_nano_usd ELSE 0 END AS provider_cost,
    CASE payer WHEN 'caller' THEN 0 ELSE line.cost_nano_usd END AS waste, 0 AS overrun, 0 AS baseline
  FROM billing.charges charge JOIN billing.charge_lines line USING (request_id) WHERE provider <> 'cache'
  UNION ALL
  SELECT ended_at, organization, project, key, model, coalesce((
      SELECT (array_agg(provider ORDER BY attempt DESC))[1] FROM billing.charge_lines line
      WHERE line.request_id = charge.request_id AND payer = 'caller'), ''),
    0, 0, overrun_nano_usd, cost_nano_usd
  FROM billing.charges charge
) parts GROUP BY 3, 4, 5, 6, 7, 8
ON CONFLICT ON CONSTRAINT usage_hours_pkey DO UPDATE SET
  provider_cost_nano_usd = EXCLUDED.provider_cost_nano_usd, waste_nano_usd = EXCLUDED.waste_nano_usd,
  overrun_nano_usd = EXCLUDED.overrun_nano_usd, baseline_nano_usd = EXCLUDED.baseline_nano_usd`;

const EARLIER_PROVIDER_DAYS = `
INSERT INTO billing.provider_days
SELECT provider, day, model, organization, count(*), count(*) FILTER (WHERE usage_basis = 'estimate'), sum(prompt_tokens),
  sum(completion_tokens), sum(cached_prompt_tokens), sum(cache_write_prompt_tokens), sum(cost_nano_usd)
FROM (
  SELECT provider, (ended_at AT TIME ZONE 'UTC')::date AS day, line.model, organization, usage_basis, line.prompt_tokens,
    line.completion_tokens, line.cached_prompt_tokens, line.cache_write_prompt_tokens, line.cost_nano_usd
  FROM billing.charge_lines line JOIN billing.charges USING (request_id) WHERE provider <> 'cache'
  UNION ALL
  SELECT provider, (ended_at AT TIME ZONE 'UTC')::date, model, organization, usage_basis, (usage ->> 'promptTokens')::bigint,
    (usage ->> 'completionTokens')::bigint, coalesce((usage ->> 'cachedPromptTokens')::bigint, 0),
    coalesce((usage ->> 'cacheWritePromptTokens')::bigint, 0), cost_nano_usd
  FROM billing.superseded_lines
) calls GROUP BY 1, 2, 3, 4`;

/** Charges of before there was a ledger are in no invoice. */
const EARLIER_CHARGED_DAYS = `
INSERT INTO billing.charged_days
SELECT organization, (charged_at AT TIME ZONE 'UTC')::date, project, model, count(*), sum(prompt_tokens),
  sum(completion_tokens), sum(cost_nano_usd - overrun_nano_usd)
FROM billing.charges JOIN billing.ledger_transactions ON kind = 'charge' AND reference = request_id
GROUP BY 1, 2, 3, 4`;

const EARLIER_ACCOUNT_DAYS = `
INSERT INTO billing.account_days
SELECT split_part(name, ':', 2), (recorded_at AT TIME ZONE 'UTC')::date, account_id, sum(amount_nano_usd), count(*)
FROM billing.ledger_entries JOIN billing.ledger_accounts account ON account.id = account_id
JOIN billing.ledger_transactions transaction ON transaction.id = transaction_id
WHERE name LIKE 'customer:%' OR name LIKE 'credits:%'
GROUP BY 1, 2, 3`;
