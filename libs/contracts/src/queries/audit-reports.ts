import { z } from 'zod';
import { epochMilliseconds, slug } from '../identifiers.js';
import { callerSchema } from './caller.js';

/** Answers to an auditor's questions, by name. */
export const AUDIT_REPORTS = ['model-use', 'outside-region', 'policy-changes', 'key-activity'] as const;
export type AuditReport = (typeof AUDIT_REPORTS)[number];

/** A stretch of a report: `after` is the sequence that the stretch before ended with; a time is that of recording, `until` exclusive. */
export const auditReportReadSchema = z.object({
  caller: callerSchema,
  organization: slug.optional(),
  report: z.enum(AUDIT_REPORTS),
  after: z.int().min(-1),
  since: epochMilliseconds,
  until: epochMilliseconds,
  project: slug.optional(),
  key: z.string().max(200).optional(),
  model: z.string().max(200).optional(),
  /** Of `outside-region`: calls that went to one of these are left out. */
  regions: z.array(z.string().max(100)).max(100).optional(),
  /** Not noted as a reading by itself, since it goes on with one that was. */
  continues: z.boolean().optional(),
});
export type AuditReportRead = z.infer<typeof auditReportReadSchema>;

/** A row by its columns, which are the same in all rows of a report. */
export const reportRowSchema = z.record(z.string(), z.union([z.string(), z.number(), z.array(z.string())]));
export type ReportRow = z.infer<typeof reportRowSchema>;

/** `next` is where the report goes on; null at the end of the period. */
export const auditReportPageSchema = z.object({
  organization: z.string(),
  /** No entry of this trail, of whatever time, is of the key that was asked for: none of this project where the reader sees no other. */
  unheardOf: z.object({ key: z.string(), project: slug.optional() }).optional(),
  rows: z.array(reportRowSchema),
  next: z.int().nullable(),
});
export type AuditReportPage = z.infer<typeof auditReportPageSchema>;
