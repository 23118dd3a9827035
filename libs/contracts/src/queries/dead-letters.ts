import { z } from 'zod';
import { callerSchema } from './caller.js';

/** `resting` until an operator has it sent again or thrown away; what it became is kept as history. */
export const deadLetterStatus = z.enum(['resting', 'redriven', 'discarded']);
export type DeadLetterStatus = z.infer<typeof deadLetterStatus>;

/**
 * A message that no consumer could digest: why it rests, whence it came, how often it was tried, and what became of it. Times in
 * RFC 3339.
 */
export const deadLetterSchema = z.object({
  object: z.literal('dead_letter'),
  id: z.string(),
  status: deadLetterStatus,
  /** Who buried it. */
  consumer: z.string(),
  /** `undecodable`, `undeliverable` (refused for good), `delivery_limit`, or empty for one of an older version. */
  kind: z.string(),
  reason: z.string(),
  error_class: z.string().nullable(),
  /** The same for letters that were buried for the same fault in the code. */
  stack_hash: z.string().nullable(),
  deliveries: z.int(),
  subject: z.string(),
  stream: z.string(),
  stream_sequence: z.int(),
  bytes: z.int(),
  buried_at: z.string(),
  /** The letter that this message was before, where it was sent again and buried again. */
  redriven_from: z.string().nullable(),
  /** When and by whom it was sent again or thrown away. */
  settled_at: z.string().nullable(),
  settled_by: z.string().nullable(),
});
export type DeadLetter = z.infer<typeof deadLetterSchema>;

/** A dead letter with the message's own headers, and the beginning of its payload: as text, or in base64 where it is none. */
export const deadLetterWithContentSchema = deadLetterSchema.extend({
  headers: z.record(z.string(), z.string()),
  /** Null once the letter is settled: what it held is dropped then. */
  payload: z.object({ text: z.string().optional(), base64: z.string().optional(), truncated: z.boolean() }).nullable(),
});
export type DeadLetterWithContent = z.infer<typeof deadLetterWithContentSchema>;

/** Oldest first, behind the letter `after`. */
export const deadLetterListSchema = z.object({
  caller: callerSchema,
  status: deadLetterStatus.optional(),
  consumer: z.string().optional(),
  after: z.string().optional(),
  limit: z.int().min(1).max(100),
});
export type DeadLetterList = z.infer<typeof deadLetterListSchema>;

export const deadLetterPageSchema = z.object({
  object: z.literal('list'),
  data: z.array(deadLetterSchema),
  has_more: z.boolean(),
});
export type DeadLetterPage = z.infer<typeof deadLetterPageSchema>;

export const deadLetterReadSchema = z.object({ caller: callerSchema, id: z.string() });
export type DeadLetterRead = z.infer<typeof deadLetterReadSchema>;
