import { z } from 'zod';
import { callerSchema } from './caller.js';

const time = z.iso.datetime();

/** A batch in the shape of Anthropic's Message Batches API; times in RFC 3339. */
export const messageBatchObjectSchema = z.object({
  id: z.string(),
  type: z.literal('message_batch'),
  processing_status: z.enum(['in_progress', 'canceling', 'ended']),
  /** All but `processing` are 0 until the batch has ended; their sum is always the number of requests. */
  request_counts: z.object({
    processing: z.int(),
    succeeded: z.int(),
    errored: z.int(),
    canceled: z.int(),
    expired: z.int(),
  }),
  created_at: time,
  expires_at: time,
  ended_at: time.nullable(),
  cancel_initiated_at: time.nullable(),
  /** When its results were dropped. */
  archived_at: time.nullable(),
  results_url: z.string().nullable(),
  /** Of a batch of which requests went to batch APIs of providers, and Switchyard's own: how many are there now, and what their price has saved so far. */
  switchyard: z.object({ native_lines: z.int().nonnegative(), savings_usd: z.string() }).optional(),
});
export type MessageBatchObject = z.infer<typeof messageBatchObjectSchema>;

/** ingress → jobs: the requests are in the blob store under `blobKey`, one a line as `{"custom_id":"…","params":{…}}`. */
export const messageBatchCreateSchema = z.object({
  caller: callerSchema,
  blobKey: z.string(),
  bytes: z.int().nonnegative(),
  sha256: z.string(),
  requests: z.int().positive(),
  idempotencyKey: z.string().optional(),
});
export type MessageBatchCreate = z.infer<typeof messageBatchCreateSchema>;

export const messageBatchReadSchema = z.object({ caller: callerSchema, id: z.string() });
export type MessageBatchRead = z.infer<typeof messageBatchReadSchema>;

/** The newest first; `afterId` asks for older ones than that, `beforeId` for newer ones. */
export const messageBatchListSchema = z.object({
  caller: callerSchema,
  afterId: z.string().optional(),
  beforeId: z.string().optional(),
  limit: z.int().min(1).max(1_000),
});
export type MessageBatchList = z.infer<typeof messageBatchListSchema>;

export const messageBatchPageSchema = z.object({
  data: z.array(messageBatchObjectSchema),
  has_more: z.boolean(),
  first_id: z.string().nullable(),
  last_id: z.string().nullable(),
});
export type MessageBatchPage = z.infer<typeof messageBatchPageSchema>;

export const messageBatchDeletedSchema = z.object({ id: z.string(), type: z.literal('message_batch_deleted') });
export type MessageBatchDeleted = z.infer<typeof messageBatchDeletedSchema>;

/** Where the results of an ended batch are. */
export const messageBatchResultsSchema = z.object({ blobKey: z.string(), bytes: z.int().nonnegative() });
export type MessageBatchResults = z.infer<typeof messageBatchResultsSchema>;
