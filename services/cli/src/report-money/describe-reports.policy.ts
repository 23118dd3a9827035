import { table } from '../text-table.policy.js';
import { dollars } from './nano-usd.policy.js';

/** An answer of `/v1/costs`, as far as it is shown. */
export interface CostsPage {
  readonly data: readonly {
    readonly start_time: number;
    readonly results: readonly Readonly<Record<string, unknown>>[];
  }[];
  readonly has_more: boolean;
}

const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');
const usd = (nanoUsd: unknown): string => (typeof nanoUsd === 'string' ? dollars(BigInt(nanoUsd)) : '');

/** Rows of usage with the columns that matter most; `--json` and `--csv` have all. */
export function describeUsage(answer: Record<string, unknown>): string {
  const groups = text(answer['group_by']).split(',');
  const rows = answer['data'] as readonly Record<string, unknown>[];
  if (rows.length === 0) return 'Nothing was used.';
  const columns = [...groups, 'requests', 'prompt_tokens', 'completion_tokens'];
  return table([
    [...columns, 'cost'],
    ...rows.map((row) => [...columns.map((column) => text(row[column])), usd(row['cost_nano_usd'])]),
  ]).join('\n');
}

/** A line for each result of each bucket, and what they come to. */
export function describeCosts({ data, has_more: hasMore }: CostsPage, groupBy = ''): string {
  const groups = groupBy.split(',').filter((name) => name !== '');
  const results = data.flatMap(({ start_time: start, results: all }) => all.map((result) => ({ start, result })));
  if (results.length === 0) return 'Nothing was charged.';
  const hasBooks = results.some(({ result }) => 'provider_cost_nano_usd' in result);
  const money = ['charged', 'saved', ...(hasBooks ? ['provider_cost', 'platform_waste', 'markup'] : [])];
  const sums = money.map((name) =>
    results.reduce((sum, { result }) => sum + BigInt(text(result[`${name}_nano_usd`])), 0n),
  );
  return [
    ...table([
      ['time', ...groups, 'requests', ...money],
      ...results.map(({ start, result }) => [
        new Date(start * 1_000).toISOString().slice(0, 16),
        ...groups.map((group) => text(result[group])),
        text(result['requests']),
        ...money.map((name) => usd(result[`${name}_nano_usd`])),
      ]),
      ['', ...groups.map(() => ''), '', ...sums.map((sum) => dollars(sum))],
    ]),
    ...(hasMore ? ['There is more: ask for fewer buckets at once, or for a later time (--from).'] : []),
  ].join('\n');
}

/** An invoice as people read it. */
export function describeInvoice(invoice: Record<string, unknown>): string {
  const lines = invoice['lines'] as readonly Record<string, unknown>[];
  const other = invoice['in_currency'] as Record<string, unknown> | undefined;
  const amount = (name: string): string => `$${text(invoice[name])}`;
  return [
    `Invoice ${text(invoice['id'])}, ${text(invoice['status'])}`,
    ...table([
      ['project', 'model', 'requests', 'amount'],
      ...lines.map((line) => [
        ...['project', 'model', 'requests'].map((name) => text(line[name])),
        `$${text(line['amount_usd'])}`,
      ]),
      ['charged', '', '', amount('charged_usd')],
      ['credit used', '', '', amount('credit_used_usd')],
      ['due', '', '', amount('due_usd')],
    ]),
    ...(other
      ? [
          `  In ${text(other['currency'])}: ${text(other['due'])} due, at $${text(other['rate_usd'])} (${text(other['rates_version'])})`,
        ]
      : []),
  ].join('\n');
}
