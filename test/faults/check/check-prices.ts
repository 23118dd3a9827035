import type { Usage } from '#libs/contracts';
import { costOf, type TokenPrices } from '#libs/pricing';

import { violationOf, type Query, type Violation } from './violation.js';

const PAGE = 5_000;

interface LineRow {
  readonly request_id: string;
  readonly attempt: number;
  readonly cost: string;
  readonly usage: Usage;
  readonly prices: TokenPrices | null;
}

/** The stored usage in the terms of `costOf`; keys whose value is null are left out. */
const LINES = `
SELECT l.request_id, l.attempt, l.cost_nano_usd::text AS cost,
  json_strip_nulls(json_build_object('promptTokens', l.prompt_tokens, 'completionTokens', l.completion_tokens,
    'cachedPromptTokens', l.cached_prompt_tokens, 'cacheWritePromptTokens', l.cache_write_prompt_tokens,
    'reasoningTokens', l.reasoning_tokens))::jsonb || coalesce(l.further_tokens, '{}') || coalesce(l.units, '{}') AS usage,
  CASE WHEN p.version IS NOT NULL THEN json_strip_nulls(json_build_object(
    'inputNanoUsdPerMillion', p.input_nano_usd_per_million::text,
    'cachedInputNanoUsdPerMillion', p.cached_input_nano_usd_per_million::text,
    'outputNanoUsdPerMillion', p.output_nano_usd_per_million::text))::jsonb || coalesce(p.further_amounts, '{}') END AS prices
FROM billing.charge_lines l LEFT JOIN billing.price_versions p ON p.version = l.price_version
WHERE (l.request_id, l.attempt) > ($1, $2::integer) ORDER BY l.request_id, l.attempt LIMIT ${PAGE}`;

/** C9: every line of every charge costs what its usage costs at its version of the price. */
export async function checkPrices(query: Query): Promise<Violation[]> {
  const wrong: object[] = [];
  let after: readonly [string, number] = ['', -1];
  for (;;) {
    const rows = await query<LineRow>(LINES, after);
    for (const { request_id: request, attempt, cost, usage, prices } of rows) {
      const recomputed = prices === null ? undefined : costOf(usage, prices).toString();
      if (recomputed !== cost) wrong.push({ request, attempt, cost, recomputed });
    }
    const last = rows.at(-1);
    if (!last) break;
    after = [last.request_id, last.attempt];
  }
  return violationOf('C9', 'every line of a charge costs what its usage costs at its version of the price', wrong);
}
