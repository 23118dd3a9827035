import { z } from 'zod';
import { epochMilliseconds, slug } from '../identifiers.js';
import { callerSchema } from './caller.js';

/** Whose log is meant; the caller's own organisation unless another is named. */
const asked = { caller: callerSchema, organization: slug.optional() } as const;
const sequence = z.int().nonnegative();

/** Hashes are base64. `size` is that of the log the entry shall be proved to be in; the smallest that was signed where absent. */
export const inclusionProveSchema = z
  .object({ ...asked, sequence: sequence.optional(), requestId: z.string().optional(), size: sequence.optional() })
  .refine((query) => query.sequence !== undefined || query.requestId !== undefined, 'names no entry');
export type InclusionProve = z.infer<typeof inclusionProveSchema>;

/** The entry's bytes, its hash, the hashes on the way to the root (RFC 6962), and the signed note that holds the root. */
export const inclusionProofSchema = z.object({
  organization: z.string(),
  sequence,
  size: sequence,
  leafHash: z.string(),
  /** The body lacks what this caller may not know, so that it does not make the leaf hash. */
  isRedacted: z.boolean().optional(),
  proof: z.array(z.string()),
  body: z.string(),
  checkpoint: z.string(),
});
export type InclusionProof = z.infer<typeof inclusionProofSchema>;

export const consistencyProveSchema = z.object({ ...asked, from: sequence, to: sequence.optional() });
export type ConsistencyProve = z.infer<typeof consistencyProveSchema>;
export const consistencyProofSchema = z.object({
  organization: z.string(),
  from: sequence,
  to: sequence,
  proof: z.array(z.string()),
  checkpoint: z.string(),
});
export type ConsistencyProof = z.infer<typeof consistencyProofSchema>;

export const checkpointListSchema = z.object({
  ...asked,
  after: z.string().max(64).optional(),
  limit: z.int().min(1).max(1_000),
  newest: z.boolean().optional(),
});
export type CheckpointList = z.infer<typeof checkpointListSchema>;
export const checkpointPageSchema = z.object({
  checkpoints: z.array(z.object({ size: sequence, signedAt: epochMilliseconds, note: z.string() })),
  next: z.string().nullable(),
});
export type CheckpointPage = z.infer<typeof checkpointPageSchema>;

export const auditKeyListSchema = z.object({ ...asked });
export type AuditKeyList = z.infer<typeof auditKeyListSchema>;
export const auditKeyRotateSchema = z.object({ caller: callerSchema });
export type AuditKeyRotate = z.infer<typeof auditKeyRotateSchema>;
/** The public keys that checkpoints were ever signed with, the newest first, in the form of C2SP signed-note. */
export const auditKeyPageSchema = z.object({
  keys: z.array(
    z.object({
      number: z.int(),
      verifier: z.string(),
      createdAt: epochMilliseconds,
      isCurrent: z.boolean(),
      /** Nothing that it signed is of a later time; absent of the current one. */
      validUntil: epochMilliseconds.optional(),
    }),
  ),
});
export type AuditKeyPage = z.infer<typeof auditKeyPageSchema>;

/** What of a log is exported: entries of a type or a project, or all that the caller may see. */
const logFilterSchema = z.object({
  type: z.string().max(100).optional(),
  project: slug.optional(),
  /** Entries recorded from then on, and before then. */
  since: epochMilliseconds.optional(),
  until: epochMilliseconds.optional(),
});
export type LogFilter = z.infer<typeof logFilterSchema>;

/** Begins an export: how large the log is at a checkpoint that is signed for it. One that broke off says where it goes on, and that is on record too. */
export const logExportBeginSchema = z.object({
  ...asked,
  format: z.string().max(20),
  filter: logFilterSchema,
  resumes: z.object({ size: sequence, start: sequence }).optional(),
});
export type LogExportBegin = z.infer<typeof logExportBeginSchema>;
export const logExportBegunSchema = z.object({ organization: z.string(), origin: z.string(), size: sequence });
export type LogExportBegun = z.infer<typeof logExportBegunSchema>;

/** A stretch of the log from `start` on, up to at most `size`, as lines of the verifiable export. */
export const logReadSchema = z.object({ ...asked, start: sequence, size: sequence, filter: logFilterSchema });
export type LogRead = z.infer<typeof logReadSchema>;
export const logReadReplySchema = z.object({ lines: z.array(z.string()), next: sequence.nullable() });
export type LogReadReply = z.infer<typeof logReadReplySchema>;

/** Whose logs are held, so that nothing of them is removed. */
export const auditHoldListSchema = z.object({ caller: callerSchema });
export type AuditHoldList = z.infer<typeof auditHoldListSchema>;
export const auditHoldPutSchema = z.object({
  caller: callerSchema,
  organization: slug,
  isHeld: z.boolean(),
  reason: z.string().min(1).max(1_000),
});
export type AuditHoldPut = z.infer<typeof auditHoldPutSchema>;
export const auditHoldPageSchema = z.object({
  holds: z.array(z.object({ organization: z.string(), heldSince: epochMilliseconds })),
});
export type AuditHoldPage = z.infer<typeof auditHoldPageSchema>;
