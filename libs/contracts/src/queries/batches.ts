import { z } from 'zod';
import { callerSchema } from './caller.js';
import { queueHoldSchema } from './queues.js';

const seconds = z.int().nullable();

/** The states of a batch, as in OpenAI's Batch API. */
const batchStatus = z.enum([
  'validating',
  'failed',
  'in_progress',
  'finalizing',
  'completed',
  'expired',
  'cancelling',
  'cancelled',
]);
export type BatchStatus = z.infer<typeof batchStatus>;

/** A batch in the shape of OpenAI's Batch API; times in Unix seconds. `cost_usd` is an addition of ours. */
export const batchObjectSchema = z.object({
  id: z.string(),
  object: z.literal('batch'),
  endpoint: z.string(),
  model: z.string().optional(),
  errors: z
    .object({
      object: z.literal('list'),
      data: z.array(
        z.object({
          code: z.string(),
          line: z.int().nullable(),
          message: z.string(),
          param: z.string().nullable(),
        }),
      ),
    })
    .nullable(),
  input_file_id: z.string(),
  /** How long the output files are kept; absent where they are kept until they are deleted. */
  output_expires_after: z.object({ anchor: z.literal('created_at'), seconds: z.int() }).optional(),
  completion_window: z.string(),
  status: batchStatus,
  output_file_id: z.string().nullable(),
  error_file_id: z.string().nullable(),
  created_at: z.int(),
  in_progress_at: seconds,
  expires_at: seconds,
  finalizing_at: seconds,
  completed_at: seconds,
  failed_at: seconds,
  expired_at: seconds,
  cancelling_at: seconds,
  cancelled_at: seconds,
  request_counts: z.object({ total: z.int(), completed: z.int(), failed: z.int() }),
  usage: z
    .object({
      input_tokens: z.int(),
      input_tokens_details: z.object({ cached_tokens: z.int() }),
      output_tokens: z.int(),
      output_tokens_details: z.object({ reasoning_tokens: z.int() }),
      total_tokens: z.int(),
    })
    .optional(),
  cost_usd: z.string(),
  /** Of a batch of which lines went to batch APIs of providers: how many are there now, and what their price has saved so far. */
  switchyard: z.object({ native_lines: z.int().nonnegative(), savings_usd: z.string() }).optional(),
  /** Of a batch in progress, as things stand: its place among the work of its model, and when it will be done (Unix seconds), where that can be told. */
  queue: z
    .object({
      position: z.int().positive(),
      estimated_completion_at: z.int().nullable(),
      held_by: queueHoldSchema.nullable(),
    })
    .optional(),
  metadata: z.record(z.string(), z.string()).nullable(),
});
export type BatchObject = z.infer<typeof batchObjectSchema>;

/** The times that a batch may be given. */
export const COMPLETION_WINDOWS = ['24h', '1h', 'background'] as const;

/** The input of a batch that came with it: it becomes a file together with the batch, or not at all. */
const batchInputSchema = z.object({
  blobKey: z.string(),
  bytes: z.int().nonnegative(),
  /** By which the request is known again under its idempotency key, since each time it is another file. */
  sha256: z.string().max(64),
});

export const batchCreateSchema = z.object({
  caller: callerSchema,
  /** A file that is there, or what is to become one. */
  input: z.union([z.object({ fileId: z.string() }), batchInputSchema]),
  endpoint: z.string(),
  completionWindow: z.string(),
  metadata: z.record(z.string(), z.string()).nullable(),
  outputExpiresAfterSeconds: z.number().nullable(),
  /** The caller's idempotency key, where one was sent. */
  idempotencyKey: z.string().max(255).optional(),
});
export type BatchCreate = z.infer<typeof batchCreateSchema>;

export const batchReadSchema = z.object({ caller: callerSchema, id: z.string() });
export type BatchRead = z.infer<typeof batchReadSchema>;

/** `after` is the id of the last batch of the page before; `limit` is 1 to 100. */
export const batchListSchema = z.object({
  caller: callerSchema,
  after: z.string().optional(),
  limit: z.int().min(1).max(100),
});
export type BatchList = z.infer<typeof batchListSchema>;

export const batchPageSchema = z.object({
  object: z.literal('list'),
  data: z.array(batchObjectSchema),
  first_id: z.string().nullable(),
  last_id: z.string().nullable(),
  has_more: z.boolean(),
});
export type BatchPage = z.infer<typeof batchPageSchema>;
