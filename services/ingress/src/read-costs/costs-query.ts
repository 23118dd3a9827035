import { z } from 'zod';
import { COST_GROUPS, type CostReport } from '#libs/contracts';
import { DialectError } from '#libs/dialects';
import { readFields } from '../http/read-json.js';
import { time } from '../read-trail/trail-fields.js';
import { bucketsOf, type Bucket } from './buckets.policy.js';

const WIDTHS = { '1h': 'hour', '1d': 'day', '1mo': 'month' } as const;
/** OpenAI's names for what Switchyard calls otherwise. */
const OPENAI_GROUPS: Readonly<Record<string, string>> = {
  project_id: 'project',
  api_key_id: 'key',
  line_item: 'model',
};
const OPENAI_FILTERS: Readonly<Record<string, string>> = { project_ids: 'project', api_key_ids: 'key' };
const DEFAULT_BUCKETS = 7;
const MOST_BUCKETS = 180;

/** One or more values, as commas, repeated parameters or brackets separate them. */
const values = z
  .union([z.string(), z.array(z.string())])
  .transform((given) => [given].flat().flatMap((text) => text.split(',')))
  .pipe(z.array(z.string().min(1).max(512)).min(1).max(100));
const seconds = z.coerce.number().int().min(0).max(100_000_000_000);

const costsQuery = z.strictObject({
  bucket_width: z.enum(['1h', '1d', '1mo']).default('1d'),
  group_by: values
    .transform((names) => [...new Set(names.map((name) => OPENAI_GROUPS[name] ?? name))])
    .pipe(z.array(z.enum(COST_GROUPS)))
    .default([]),
  limit: z.coerce.number().int().min(1).max(MOST_BUCKETS).default(DEFAULT_BUCKETS),
  page: z
    .string()
    .regex(/^page_\d{1,15}$/, 'must be the next_page of an answer')
    .optional(),
  format: z.enum(['json', 'csv']).optional(),
  from: time.optional(),
  to: time.optional(),
  start_time: seconds.optional(),
  end_time: seconds.optional(),
  ...Object.fromEntries(COST_GROUPS.map((name) => [name, values.optional()])),
});

/** What is asked for, and the buckets of time that the answer has. */
export interface CostsQuery {
  readonly report: Omit<CostReport, 'caller'>;
  readonly buckets: readonly Bucket[];
  readonly nextPage: string | null;
  readonly isCsv: boolean;
}

/** Reads the parameters, OpenAI's among them. @throws DialectError 400 that names the parameter at fault. */
export function readCostsQuery(query: unknown, accept: string | undefined, now: number): CostsQuery {
  const read = readFields(withOurNames(query), costsQuery);
  const { bucket_width: width, group_by: groupBy, limit, page, format } = read;
  const only: CostReport['only'] = {};
  for (const name of COST_GROUPS) {
    const chosen = (read as Partial<Record<typeof name, string[]>>)[name];
    if (chosen) only[name] = chosen;
  }
  const named = new Set([...groupBy, ...Object.keys(only)]);
  if (named.has('tag') && named.has('end_user')) {
    const message = 'Costs are not kept by tag and end user together; ask for one of the two.';
    throw new DialectError(400, 'invalid_parameter', message, 'group_by');
  }
  const bucket = WIDTHS[width];
  const end = read.to ?? inMilliseconds(read.end_time) ?? now;
  const start = read.from ?? inMilliseconds(read.start_time);
  if (start !== undefined && start >= end) {
    throw new DialectError(400, 'invalid_parameter', 'The report ends before it begins.', 'end_time');
  }
  const { buckets, next } = bucketsOf({
    bucket,
    start,
    end,
    limit,
    after: page === undefined ? undefined : Number(page.slice('page_'.length)),
  });
  const [first, last] = [buckets[0], buckets.at(-1)];
  return {
    report: {
      bucket,
      groupBy,
      only,
      from: Math.max(first?.startsAt ?? end, start ?? 0),
      to: Math.min(last?.endsAt ?? end, end),
    },
    buckets,
    nextPage: next === undefined ? null : `page_${next}`,
    isCsv: format === undefined ? (accept?.includes('text/csv') ?? false) : format === 'csv',
  };
}

const inMilliseconds = (given: number | undefined): number | undefined =>
  given === undefined ? undefined : given * 1_000;

function withOurNames(query: unknown): unknown {
  if (typeof query !== 'object' || query === null) return query;
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => {
      const plain = name.replace(/\[\]$/, '');
      return [OPENAI_FILTERS[plain] ?? plain, value];
    }),
  );
}
