import { z } from 'zod';
import { callerSchema } from './caller.js';

/** Most of them on one page. */
export const MOST_LISTED_NATIVE_BATCHES = 100;

/** Where a batch at a provider is in its life; the first four have something left to do. */
const nativeState = z.enum(['planned', 'submitting', 'running', 'fetching', 'ended', 'failed', 'cancelled', 'unknown']);

/** A batch at a provider as an operator sees it; times in RFC 3339. */
const nativeBatchObjectSchema = z.object({
  id: z.string(),
  object: z.literal('native_batch'),
  /** The batch of ours that its lines are of, and whose that is. */
  batch_id: z.string(),
  organization: z.string(),
  project: z.string(),
  provider: z.string(),
  model: z.string(),
  state: nativeState,
  /** The provider's own id and word for its state; null while they are not known. */
  remote_id: z.string().nullable(),
  remote_status: z.string().nullable(),
  /** What was last wrong with it. */
  message: z.string().nullable(),
  lines: z.int(),
  /** Of these, those that are at the provider still. */
  lines_at_provider: z.int(),
  /** Of these, those whose answers came in it at its lower price, and what that has saved so far. */
  lines_answered: z.int(),
  savings_usd: z.string(),
  created_at: z.string(),
  submitted_at: z.string().nullable(),
  /** From when on its lines go online. */
  give_up_at: z.string(),
  ended_at: z.string().nullable(),
});
export type NativeBatchObject = z.infer<typeof nativeBatchObjectSchema>;

/** ingress → jobs, for operators: the newest first; `isOpen` leaves out those that have ended. */
export const nativeBatchListSchema = z.object({
  caller: callerSchema,
  isOpen: z.boolean(),
  after: z.string().optional(),
  limit: z.int().min(1).max(MOST_LISTED_NATIVE_BATCHES),
});
export type NativeBatchList = z.infer<typeof nativeBatchListSchema>;

export const nativeBatchPageSchema = z.object({
  object: z.literal('list'),
  data: z.array(nativeBatchObjectSchema),
  has_more: z.boolean(),
});
export type NativeBatchPage = z.infer<typeof nativeBatchPageSchema>;
