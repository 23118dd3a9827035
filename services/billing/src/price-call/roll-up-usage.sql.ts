const KEYS = 'kind, value, hour, organization, project, key, model, provider';
const ORDER = 'kind, organization, project, hour, value, key, model, provider';
const SUMS = [
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
] as const;

const unit = (name: string): string => `coalesce((further_usage ->> '${name}')::bigint, 0)`;

/**
 * Parts of the statement that records charges: each request that is charged now is added to the hour in which it ended, once as such,
 * once for its end user and once for each of its tags. Rows are locked in one order.
 */
export const ROLL_UP_USAGE = `, keyed AS MATERIALIZED (
  SELECT dimension.kind, dimension.value, date_trunc('hour', to_timestamp(ended_at_milliseconds / 1000), 'UTC') AS hour,
    organization, project, key, model, coalesce(provider, '') AS provider, latency_bucket,
    1 AS requests, prompt_tokens, completion_tokens, cached_prompt_tokens, cache_write_prompt_tokens,
    coalesce(reasoning_tokens, 0) AS reasoning_tokens, ${unit('cacheWrite1hPromptTokens')} AS cache_write_1h_prompt_tokens,
    ${unit('images')} AS images, ${unit('audioMilliseconds')} AS audio_milliseconds, ${unit('characters')} AS characters,
    ${unit('searches')} AS searches, ${unit('webSearches')} AS web_searches,
    cost_nano_usd - overrun_nano_usd AS cost_nano_usd
  FROM given JOIN fresh ON message_id = request_id CROSS JOIN LATERAL (
    SELECT 'all' AS kind, '' AS value
    UNION ALL SELECT 'end_user', end_user WHERE end_user IS NOT NULL
    UNION ALL SELECT DISTINCT 'tag', tag FROM jsonb_array_elements_text(coalesce(tags, '[]')) tag
  ) dimension
), rolled AS (
  INSERT INTO billing.usage_hours AS hours (${KEYS}, ${SUMS.join(', ')})
  SELECT ${KEYS}, ${SUMS.map((name) => `sum(${name})::bigint`).join(', ')} FROM keyed GROUP BY ${KEYS} ORDER BY ${ORDER}
  ON CONFLICT ON CONSTRAINT usage_hours_pkey DO UPDATE SET
    ${SUMS.map((name) => `${name} = hours.${name} + EXCLUDED.${name}`).join(', ')}
), timed AS (
  INSERT INTO billing.latency_hours AS hours (${KEYS}, bucket, requests)
  SELECT ${KEYS}, latency_bucket, count(*) FROM keyed GROUP BY ${KEYS}, latency_bucket ORDER BY ${ORDER}, latency_bucket
  ON CONFLICT ON CONSTRAINT latency_hours_pkey DO UPDATE SET requests = hours.requests + EXCLUDED.requests
)`;
