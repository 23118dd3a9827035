import { z } from 'zod';
import { epochMilliseconds, slug } from '../identifiers.js';
import { payloadCapturedSchema } from '../events/payload-captured.event.js';
import { callerSchema } from './caller.js';

/** Reads one part of what was kept of a request; the reading of the first is recorded. */
export const payloadReadSchema = z.object({
  caller: callerSchema,
  organization: slug.optional(),
  requestId: z.string().max(200),
  part: z.int().positive(),
});
export type PayloadRead = z.infer<typeof payloadReadSchema>;

/** `bytes` is base64. */
export const payloadPartSchema = z.object({
  organization: slug,
  head: payloadCapturedSchema,
  bytes: z.string(),
});
export type PayloadPart = z.infer<typeof payloadPartSchema>;

/** Erases what was kept of a data subject: an end user as requests name them. */
export const subjectEraseSchema = z.object({
  caller: callerSchema,
  organization: slug,
  subject: z.string().max(512),
  reason: z.string().min(1).max(1_000),
});
export type SubjectErase = z.infer<typeof subjectEraseSchema>;

export const subjectErasedSchema = z.object({
  organization: slug,
  /** The subject's name in the trail, which says nothing of the subject. */
  pseudonym: z.string(),
  erasedAt: epochMilliseconds,
  /** Keys that were destroyed now; 0 where all were before. */
  keys: z.int().nonnegative(),
});
export type SubjectErased = z.infer<typeof subjectErasedSchema>;
