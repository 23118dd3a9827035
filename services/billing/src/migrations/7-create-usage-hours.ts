import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Usage rolled up by the hour, kept together with each charge; what was charged before is rolled up once, here. */
export class CreateUsageHours1764600000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE billing.usage_hours (
        kind text NOT NULL,
        value text NOT NULL,
        hour timestamptz NOT NULL,
        organization text NOT NULL,
        project text NOT NULL,
        key text NOT NULL,
        model text NOT NULL,
        provider text NOT NULL,
        requests bigint NOT NULL,
        prompt_tokens bigint NOT NULL,
        completion_tokens bigint NOT NULL,
        cached_prompt_tokens bigint NOT NULL,
        cache_write_prompt_tokens bigint NOT NULL,
        reasoning_tokens bigint NOT NULL,
        cache_write_1h_prompt_tokens bigint NOT NULL,
        images bigint NOT NULL,
        audio_milliseconds bigint NOT NULL,
        characters bigint NOT NULL,
        searches bigint NOT NULL,
        web_searches bigint NOT NULL,
        cost_nano_usd bigint NOT NULL,
        CONSTRAINT usage_hours_pkey PRIMARY KEY (kind, organization, project, hour, value, key, model, provider)
      );
      CREATE TABLE billing.latency_hours (
        kind text NOT NULL,
        value text NOT NULL,
        hour timestamptz NOT NULL,
        organization text NOT NULL,
        project text NOT NULL,
        key text NOT NULL,
        model text NOT NULL,
        provider text NOT NULL,
        bucket smallint NOT NULL,
        requests bigint NOT NULL,
        CONSTRAINT latency_hours_pkey PRIMARY KEY (kind, organization, project, hour, value, key, model, provider, bucket)
      )`);
    // Who the end users were, the tags and how long it took is not known of earlier charges.
    await runner.query(`
      INSERT INTO billing.usage_hours
      SELECT 'all', '', date_trunc('hour', charge.ended_at, 'UTC'), charge.organization, charge.project, charge.key, charge.model,
        coalesce(served.provider, ''), count(*), sum(charge.prompt_tokens), sum(charge.completion_tokens),
        sum(charge.cached_prompt_tokens), sum(charge.cache_write_prompt_tokens), sum(coalesce(served.reasoning_tokens, 0)),
        ${['cacheWrite1hPromptTokens', 'images', 'audioMilliseconds', 'characters', 'searches', 'webSearches']
          .map((name) => `sum(coalesce((charge.further_usage ->> '${name}')::bigint, 0))`)
          .join(', ')},
        sum(charge.cost_nano_usd - charge.overrun_nano_usd)
      FROM billing.charges charge LEFT JOIN LATERAL (
        SELECT (array_agg(provider ORDER BY attempt DESC))[1] AS provider, sum(reasoning_tokens)::bigint AS reasoning_tokens
        FROM billing.charge_lines line WHERE line.request_id = charge.request_id AND line.payer = 'caller'
      ) served ON true
      GROUP BY 3, 4, 5, 6, 7, 8`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE billing.latency_hours, billing.usage_hours');
  }
}
