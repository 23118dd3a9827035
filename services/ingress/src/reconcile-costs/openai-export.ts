import { z } from 'zod';
import type { ExportRow, Reconciled } from '#libs/contracts';
import { csvRows, type CsvRow } from './csv-rows.js';
import { scaledDecimal, wholeCount } from './decimal-amounts.js';
import { exportProblem } from './export-problem.js';
import { jsonBuckets } from './json-pages.js';

const NANO_DIGITS = 9;
const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** `GET /v1/organization/costs`: an amount of US dollars for a line item such as "gpt-4o-2024-08-06, input". */
const costs = z.object({
  object: z.literal('organization.costs.result'),
  amount: z.object({ value: z.union([z.number(), z.string()]), currency: z.string().regex(/^usd$/i, 'must be usd') }),
  line_item: z.string().nullish(),
});
/** `GET /v1/organization/usage/completions`; `input_tokens` include those read from the cache. */
const completions = z.object({
  object: z.literal('organization.usage.completions.result'),
  input_tokens: count,
  output_tokens: count,
  input_cached_tokens: count.nullish(),
  model: z.string().nullish(),
});
const bucket = z.object({
  start_time: z.number().int().positive(),
  results: z.array(z.discriminatedUnion('object', [costs, completions])),
});

/** Reads OpenAI's costs and usage of completions, as its API answers or as its dashboard exports them. @throws DialectError 400 */
export function readOpenAiExport(text: string): ExportRow[] {
  return /^\s*[[{]/.test(text) ? fromJson(text) : fromCsv(text);
}

function fromJson(text: string): ExportRow[] {
  return jsonBuckets(text, bucket).flatMap(({ start_time: start, results }) =>
    results.map((result) => {
      const day = dayOf(start);
      if (result.object === 'organization.usage.completions.result') {
        const { input_tokens: prompt, output_tokens: completion, input_cached_tokens: cached } = result;
        const amounts = {
          prompt_tokens: `${prompt}`,
          completion_tokens: `${completion}`,
          cached_prompt_tokens: `${cached ?? 0}`,
        };
        return { day, ...named(result.model), amounts };
      }
      const cost = scaledDecimal(String(result.amount.value), NANO_DIGITS);
      if (cost === undefined)
        throw exportProblem({ field: 'amount.value' }, `has an amount below zero or none: ${result.amount.value}.`);
      return { day, ...named(modelOfItem(result.line_item)), amounts: { cost: `${cost}` } };
    }),
  );
}

const USAGE_COLUMNS: readonly (readonly [Reconciled, string])[] = [
  ['prompt_tokens', 'input_tokens'],
  ['completion_tokens', 'output_tokens'],
  ['cached_prompt_tokens', 'input_cached_tokens'],
];

function fromCsv(text: string): ExportRow[] {
  const { columns, rows } = csvRows(text);
  if (!columns.includes('start_time')) throw exportProblem({ line: 1, field: 'start_time' }, 'has no such column.');
  if (columns.includes('amount_value')) return rows.flatMap(costRow);
  const missing = USAGE_COLUMNS.find(([, column]) => !columns.includes(column));
  if (missing) throw exportProblem({ line: 1, field: missing[1] }, 'has no such column, and no amount_value either.');
  return rows.flatMap(usageRow);
}

/** Days on which nothing was spent have a row without an amount. */
function costRow({ line, cells }: CsvRow): ExportRow[] {
  const { amount_value: value = '', amount_currency: currency = '', line_item: item } = cells;
  if (value === '') return [];
  const cost = scaledDecimal(value, NANO_DIGITS);
  if (cost === undefined) throw exportProblem({ line, field: 'amount_value' }, `is no amount: ${value.slice(0, 50)}.`);
  if (currency.toLowerCase() !== 'usd') {
    throw exportProblem({ line, field: 'amount_currency' }, `must be usd and is "${currency.slice(0, 20)}".`);
  }
  return [{ day: csvDay(line, cells), ...named(modelOfItem(item)), amounts: { cost: `${cost}` } }];
}

function usageRow({ line, cells }: CsvRow): ExportRow[] {
  if (USAGE_COLUMNS.every(([, column]) => cells[column] === '')) return [];
  const amounts = Object.fromEntries(
    USAGE_COLUMNS.map(([what, column]) => {
      const tokens = wholeCount(cells[column] ?? '');
      if (tokens === undefined)
        throw exportProblem({ line, field: column }, `is no count: "${cells[column]?.slice(0, 50)}".`);
      return [what, `${tokens}`];
    }),
  );
  return [{ day: csvDay(line, cells), ...named(cells['model']), amounts }];
}

function csvDay(line: number, { start_time: start = '' }: CsvRow['cells']): string {
  if (!/^\d{9,11}$/.test(start)) throw exportProblem({ line, field: 'start_time' }, 'must be a time in Unix seconds.');
  return dayOf(Number(start));
}

const dayOf = (seconds: number): string => new Date(seconds * 1_000).toISOString().slice(0, 10);
const named = (model: string | null | undefined) => (model ? { model } : {});

/** "gpt-4o-2024-08-06, input" is of a model; "Image models", or nothing, is of none that can be told. */
function modelOfItem(item: string | null | undefined): string | undefined {
  const end = item?.lastIndexOf(',') ?? -1;
  return end > 0 ? item?.slice(0, end) : undefined;
}
