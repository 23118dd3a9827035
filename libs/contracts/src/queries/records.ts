import { z } from 'zod';
import { epochMilliseconds, nanoUsd } from '../identifiers.js';
import { auditNotedSchema } from '../events/audit-noted.event.js';
import { requestEndedSchema } from '../events/request-ended.event.js';
import { usageSchema } from '../events/usage.js';
import { callerSchema } from './caller.js';

export const recordReadSchema = z.object({ caller: callerSchema, requestId: z.string() });
export type RecordRead = z.infer<typeof recordReadSchema>;

/** What billing knows of one request: a line for each attempt that used something, and what the caller is charged. */
const chargeRecordSchema = z.object({
  requestId: z.string(),
  costNanoUsd: nanoUsd,
  lines: z.array(
    z.object({
      provider: z.string(),
      model: z.string(),
      priceVersion: z.string(),
      usage: usageSchema,
      usageBasis: z.enum(['provider', 'estimate']),
      /** What the provider is paid. */
      costNanoUsd: nanoUsd,
      /** Who pays it; the caller where it is absent. */
      payer: z.enum(['caller', 'platform']).optional(),
    }),
  ),
  chargedAt: epochMilliseconds,
});
export type ChargeRecord = z.infer<typeof chargeRecordSchema>;
export const chargeReadReplySchema = z.object({ charge: chargeRecordSchema.nullable() });

/** What a report can be bound to. */
export const USAGE_FILTERS = [
  'model',
  'project',
  'key',
  'key_id',
  'organization',
  'provider',
  'tag',
  'end_user',
] as const;
/** What a report can tell apart. Times are UTC. */
export const USAGE_GROUPS = [...USAGE_FILTERS, 'hour', 'day', 'month'] as const;

/** `from` is inclusive, `to` exclusive, both by the time a request ended. */
export const usageReportSchema = z.object({
  caller: callerSchema,
  groupBy: z.array(z.enum(USAGE_GROUPS)).min(1).max(USAGE_GROUPS.length),
  /** Only what has these values; an end user and a tag exclude each other, as groups do. */
  only: z.partialRecord(z.enum(USAGE_FILTERS), z.string().max(512)).default({}),
  /** Down to the full hour. */
  from: epochMilliseconds.optional(),
  /** Up to the full hour, exclusive. */
  to: epochMilliseconds.optional(),
});
export type UsageReport = z.infer<typeof usageReportSchema>;

const usageRowSchema = z.object({
  /** What the row sums up, in the order of `groupBy`: a name, or an hour, a day or a month of UTC. */
  groups: z.array(z.string()),
  requests: z.int(),
  promptTokens: z.int(),
  completionTokens: z.int(),
  cachedPromptTokens: z.int(),
  cacheWritePromptTokens: z.int(),
  reasoningTokens: z.int(),
  /** From acceptance to the end; absent where nothing is known of it. */
  latencyMilliseconds: z.object({ p50: z.number(), p95: z.number(), p99: z.number() }).optional(),
  /** What else was used, where there was some. */
  furtherUsage: usageSchema.partial().optional(),
  costNanoUsd: nanoUsd,
});
export const usageReportReplySchema = z.object({ rows: z.array(usageRowSchema) });
export type UsageReportReply = z.infer<typeof usageReportReplySchema>;

const auditPlace = {
  organization: z.string(),
  sequence: z.int().nonnegative(),
  type: z.string(),
  recordedAt: epochMilliseconds,
  /** Hex leaf hash of the entry in its organisation's log (RFC 6962): SHA-256 over a zero byte and the stored bytes. */
  hash: z.string(),
} as const;

/** An entry of something besides a request: what an administrator changed, who signed in. */
const auditNoteEntrySchema = z.object({ ...auditPlace, note: auditNotedSchema });
export type AuditNoteEntry = z.infer<typeof auditNoteEntrySchema>;

/** One entry of the trail: the event as stored, its place in the organisation's log and the hash that stands there for it. */
const auditEntrySchema = z.object({
  ...auditPlace,
  event: requestEndedSchema,
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;
/** Of a request that is on record also what is noted of it beside. */
export const requestReadReplySchema = z.object({
  entry: auditEntrySchema.nullable(),
  notes: z.array(auditNoteEntrySchema).default([]),
});

export type RequestReadReply = z.infer<typeof requestReadReplySchema>;

/** `after` is the sequence of the last entry of the page before; a time is that of recording, `until` exclusive. */
export const auditEventListSchema = z.object({
  caller: callerSchema,
  organization: z.string().optional(),
  after: z.int().min(-1).optional(),
  limit: z.int().min(1).max(1_000),
  order: z.enum(['asc', 'desc']).optional(),
  type: z.string().optional(),
  project: z.string().optional(),
  key: z.string().optional(),
  model: z.string().optional(),
  requestId: z.string().optional(),
  since: epochMilliseconds.optional(),
  until: epochMilliseconds.optional(),
  /** Words that all stand somewhere in the entry, whatever their case; those in quotes together. */
  text: z.string().optional(),
  /** Answered from a bounded stretch of the log, as a search for text is. */
  isStretch: z.boolean().optional(),
  /** Not noted as a reading by itself, since it goes on with one that was. */
  continues: z.boolean().optional(),
});
export type AuditEventList = z.infer<typeof auditEventListSchema>;
export const auditEventPageSchema = z.object({
  entries: z.array(z.union([auditEntrySchema, auditNoteEntrySchema])),
  hasMore: z.boolean(),
  /** Of an answer from a stretch that is not full: the `after` of the next. */
  next: z.int().min(-1).optional(),
});
export type AuditEventPage = z.infer<typeof auditEventPageSchema>;
