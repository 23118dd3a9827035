import { slug } from '#libs/contracts';
import { z } from 'zod';
import { entryType } from './entry-type.js';

const YEAR_10000 = Date.UTC(10_000, 0);

/** A time as callers write it, in milliseconds since the Unix epoch: nothing is on record before that, and no database goes as far as JavaScript. */
export const time = z
  .string()
  .refine((text) => !Number.isNaN(Date.parse(text)), 'must be a time such as 2026-01-31 or 2026-01-31T12:00:00Z')
  .transform((text) => Date.parse(text))
  .refine((at) => at >= 0 && at < YEAR_10000, 'must be a time from 1970 to 9999');

const sequence = z.coerce.number().int().min(0);

/** Whose trail; the caller's own where nobody is named. */
export const whose = z.strictObject({ organization: z.string().max(63).optional() });

export const eventsQuery = whose.extend({
  after: z.coerce.number().int().min(-1).optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
  order: z.enum(['asc', 'desc']).optional(),
  type: entryType.optional(),
  project: z.string().max(63).optional(),
  key: z.string().max(200).optional(),
  model: z.string().max(200).optional(),
  request_id: z.string().max(200).optional(),
  since: time.optional(),
  until: time.optional(),
  q: z.string().min(1).max(200).optional(),
});

export const inclusionQuery = whose
  .extend({ sequence: sequence.optional(), request_id: z.string().max(200).optional(), size: sequence.optional() })
  .refine(
    (query) => (query.sequence === undefined) !== (query.request_id === undefined),
    'name the entry by either sequence or request_id',
  );

export const consistencyQuery = whose.extend({ from: sequence, to: sequence.optional() });

export const checkpointsQuery = whose.extend({
  after: z.string().max(64).optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});

export const exportQuery = whose.extend({
  format: z.enum(['ndjson', 'csv', 'ocsf', 'cef']).default('ndjson'),
  type: entryType.optional(),
  project: slug.optional(),
  since: time.optional(),
  until: time.optional(),
  size: sequence.optional(),
  start: sequence.optional(),
});
export type ExportQuery = z.infer<typeof exportQuery>;

const DAY_MILLISECONDS = 24 * 60 * 60_000;
const LONGEST_REPORT_DAYS = 366;
const DAYS_WHERE_UNSAID = 30;

/** A report is of a period, which ends now where no end is given and begins 30 days before it. */
export const reportQuery = whose
  .extend({
    since: time.optional(),
    until: time.optional(),
    after: z.coerce.number().int().min(-1).default(-1),
    project: slug.optional(),
    key: z.string().max(200).optional(),
    model: z.string().max(200).optional(),
    regions: z
      .string()
      .max(2_000)
      .transform((text) => text.split(',').map((name) => name.trim()))
      .optional(),
    format: z.enum(['json', 'csv']).default('json'),
  })
  .transform(({ until = Date.now(), ...query }) => ({
    ...query,
    until,
    since: query.since ?? until - DAYS_WHERE_UNSAID * DAY_MILLISECONDS,
  }))
  .refine(({ since, until }) => until > since, { path: ['until'], message: 'must be behind since' })
  .refine(({ since, until }) => until - since <= LONGEST_REPORT_DAYS * DAY_MILLISECONDS, {
    path: ['since'],
    message: `must be at most ${LONGEST_REPORT_DAYS} days before until`,
  });

/** An empty subject stands for the requests that name no end user. */
export const erasureBody = z.object({
  organization: slug,
  subject: z.string().max(512),
  reason: z.string().min(1).max(1_000),
});

export const holdBody = z.object({ reason: z.string().min(1).max(1_000) });
