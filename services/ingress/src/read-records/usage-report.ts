import { z } from 'zod';
import { USAGE_GROUPS, type UsageReport, type UsageReportReply } from '#libs/contracts';
import { DialectError } from '#libs/dialects';
import { csvTable } from '#libs/csv';
import { formatUsd } from '#libs/pricing';
import { readFields } from '../http/read-json.js';
import { time } from '../read-trail/trail-fields.js';
import { unitsOf } from './units-of.js';

type Group = UsageReport['groupBy'][number];

const name = z.string().min(1).max(512).optional();
const usageQuery = z.strictObject({
  group_by: z
    .string()
    .transform((list) => list.split(','))
    .pipe(z.array(z.enum(USAGE_GROUPS)).min(1))
    .default(['model']),
  format: z.enum(['json', 'csv']).optional(),
  model: name,
  project: name,
  key: name,
  key_id: name,
  organization: name,
  provider: name,
  tag: name,
  end_user: name,
  from: time.optional(),
  to: time.optional(),
});

/** What is asked of a report. @throws DialectError 400 that names the parameter at fault. */
export function readUsageQuery(
  query: unknown,
  accept: string | undefined,
): Omit<UsageReport, 'caller'> & { isCsv: boolean } {
  const { group_by: groupBy, format, from, to, ...filters } = readFields(query, usageQuery);
  const only = Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined));
  const named = new Set([...groupBy, ...Object.keys(only)]);
  if (named.has('tag') && named.has('end_user')) {
    const message = 'Usage is not kept by tag and end user together; ask for one of the two.';
    throw new DialectError(400, 'invalid_parameter', message, 'group_by');
  }
  return {
    groupBy: [...new Set(groupBy)],
    only,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    isCsv: format === undefined ? (accept?.includes('text/csv') ?? false) : format === 'csv',
  };
}

/** A row in the API's own words, its groups first. */
export function usageRow(
  groupBy: readonly Group[],
  row: UsageReportReply['rows'][number],
): Record<string, string | number | object> {
  return {
    ...Object.fromEntries(groupBy.map((group, index) => [group, row.groups[index] ?? ''])),
    requests: row.requests,
    prompt_tokens: row.promptTokens,
    completion_tokens: row.completionTokens,
    cached_prompt_tokens: row.cachedPromptTokens,
    cache_write_prompt_tokens: row.cacheWritePromptTokens,
    reasoning_tokens: row.reasoningTokens,
    ...unitsOf((unit) => row.furtherUsage?.[unit] ?? 0),
    ...(row.latencyMilliseconds ? { latency_ms: row.latencyMilliseconds } : {}),
    cost_usd: formatUsd(BigInt(row.costNanoUsd)),
    cost_nano_usd: row.costNanoUsd,
  };
}

const COLUMNS = [
  'requests',
  'prompt_tokens',
  'completion_tokens',
  'cached_prompt_tokens',
  'cache_write_prompt_tokens',
  'reasoning_tokens',
  'cost_usd',
  'cost_nano_usd',
] as const;

/** The report as a table. */
export function usageCsv(groupBy: readonly Group[], rows: readonly ReturnType<typeof usageRow>[]): string {
  const header = [...groupBy, ...COLUMNS, 'latency_p50_ms', 'latency_p95_ms', 'latency_p99_ms'];
  const lines = rows.map((row) => {
    const latency = (row['latency_ms'] ?? {}) as Partial<Record<'p50' | 'p95' | 'p99', number>>;
    const cells = [...groupBy, ...COLUMNS].map((column) => row[column] as string | number);
    return [...cells, latency.p50 ?? '', latency.p95 ?? '', latency.p99 ?? ''];
  });
  return csvTable([header, ...lines]);
}
