import { z } from 'zod';
import type { ExportRow } from '#libs/contracts';
import { csvRows, type CsvRow } from './csv-rows.js';
import { scaledDecimal, wholeCount } from './decimal-amounts.js';
import { exportProblem } from './export-problem.js';
import { jsonBuckets } from './json-pages.js';

/** Amounts of the API are in cents. */
const NANO_DIGITS_OF_A_CENT = 7;
const NANO_DIGITS = 9;
const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** `GET /v1/organizations/cost_report`; the model is there where it is grouped by description. */
const costs = z.object({
  amount: z.string(),
  currency: z.string().regex(/^usd$/i, 'must be USD'),
  model: z.string().nullish(),
});
/** `GET /v1/organizations/usage_report/messages`; what is read from and written to the cache is counted apart. */
const messages = z.object({
  uncached_input_tokens: count,
  cache_read_input_tokens: count,
  cache_creation: z.object({ ephemeral_5m_input_tokens: count, ephemeral_1h_input_tokens: count }).nullish(),
  output_tokens: count,
  model: z.string().nullish(),
});
const bucket = z.object({
  starting_at: z.string().regex(/^\d{4}-\d{2}-\d{2}T/, 'must be a time such as 2026-11-01T00:00:00Z'),
  results: z.array(z.union([costs, messages])),
});

/** Reads Anthropic's reports of cost and of messages, as its API answers or as its console exports them. @throws DialectError 400 */
export function readAnthropicExport(text: string): ExportRow[] {
  return /^\s*[[{]/.test(text) ? fromJson(text) : fromCsv(text);
}

function fromJson(text: string): ExportRow[] {
  return jsonBuckets(text, bucket).flatMap(({ starting_at: start, results }) =>
    results.map((result) => {
      const day = start.slice(0, 'YYYY-MM-DD'.length);
      if ('amount' in result) {
        const cost = scaledDecimal(result.amount, NANO_DIGITS_OF_A_CENT);
        if (cost === undefined)
          throw exportProblem({ field: 'amount' }, `has an amount below zero or none: ${result.amount.slice(0, 50)}.`);
        return { day, ...named(result.model), amounts: { cost: `${cost}` } };
      }
      const { uncached_input_tokens: plain, cache_read_input_tokens: read, cache_creation: written } = result;
      const writes = (written?.ephemeral_5m_input_tokens ?? 0) + (written?.ephemeral_1h_input_tokens ?? 0);
      const amounts = {
        prompt_tokens: `${plain + read + writes}`,
        cached_prompt_tokens: `${read}`,
        completion_tokens: `${result.output_tokens}`,
      };
      return { day, ...named(result.model), amounts };
    }),
  );
}

const PROMPT_COLUMNS = [
  'usage_input_tokens_no_cache',
  'usage_input_tokens_cache_write_5m',
  'usage_input_tokens_cache_write_1h',
  'usage_input_tokens_cache_read',
] as const;

function fromCsv(text: string): ExportRow[] {
  const { columns, rows } = csvRows(text);
  const need = (wanted: readonly string[]): void => {
    const missing = wanted.find((column) => !columns.includes(column));
    if (missing !== undefined) throw exportProblem({ line: 1, field: missing }, 'has no such column.');
  };
  need(['usage_date_utc']);
  if (columns.includes('cost_usd')) {
    need(['model']);
    return rows.map(costRow);
  }
  need(['model_version', ...PROMPT_COLUMNS, 'usage_output_tokens']);
  return rows.map(usageRow);
}

function costRow({ line, cells }: CsvRow): ExportRow {
  const { cost_usd: value = '', model } = cells;
  const cost = scaledDecimal(value, NANO_DIGITS);
  if (cost === undefined) throw exportProblem({ line, field: 'cost_usd' }, `is no amount: "${value.slice(0, 50)}".`);
  return { day: dayOf(line, cells), ...named(model), amounts: { cost: `${cost}` } };
}

function usageRow({ line, cells }: CsvRow): ExportRow {
  const tokensIn = (column: string): bigint => {
    const tokens = wholeCount(cells[column] ?? '');
    if (tokens === undefined)
      throw exportProblem({ line, field: column }, `is no count: "${cells[column]?.slice(0, 50)}".`);
    return tokens;
  };
  const prompt = PROMPT_COLUMNS.reduce((sum, column) => sum + tokensIn(column), 0n);
  return {
    day: dayOf(line, cells),
    ...named(cells['model_version']),
    amounts: {
      prompt_tokens: `${prompt}`,
      cached_prompt_tokens: `${tokensIn('usage_input_tokens_cache_read')}`,
      completion_tokens: `${tokensIn('usage_output_tokens')}`,
    },
  };
}

function dayOf(line: number, { usage_date_utc: date = '' }: CsvRow['cells']): string {
  const day = /^\d{4}-\d{2}-\d{2}/.exec(date)?.[0];
  if (day === undefined || Number.isNaN(Date.parse(day))) {
    throw exportProblem(
      { line, field: 'usage_date_utc' },
      `must be a day such as 2026-11-01 and is "${date.slice(0, 50)}".`,
    );
  }
  return day;
}

const named = (model: string | null | undefined) => (model ? { model } : {});
