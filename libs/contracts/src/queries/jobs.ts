import { z } from 'zod';
import { answerHeadSchema } from '../events/reply-frame.js';
import { factsSchema } from '../routing/facts.js';
import { callerSchema } from './caller.js';
import { queueHoldSchema } from './queues.js';

const seconds = z.int().nullable();
const id = z.string().min(1).max(200);

/** The states of a job. `cancelling`: to be cancelled, while what is under way comes to its end. */
export const jobStatus = z.enum([
  'scheduled',
  'queued',
  'in_progress',
  'cancelling',
  'completed',
  'failed',
  'cancelled',
  'expired',
]);
export type JobStatus = z.infer<typeof jobStatus>;

/** A request that is answered later, as `/v1/jobs` shows it; times in Unix seconds. */
export const jobObjectSchema = z.object({
  id: z.string(),
  object: z.literal('job'),
  status: jobStatus,
  endpoint: z.string(),
  model: z.string(),
  stream: z.boolean(),
  request_id: z.string(),
  /** Of a response that is kept: its id. */
  response_id: z.string().nullable(),
  created_at: z.int(),
  run_at: seconds,
  started_at: seconds,
  cancelling_at: seconds,
  ended_at: seconds,
  /** What has not ended by then expires. */
  expires_at: z.int(),
  /** Until when the result is kept. */
  result_expires_at: seconds,
  /** HTTP status of the result. */
  result_status: z.int().nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  usage: z
    .object({
      input_tokens: z.int(),
      input_tokens_details: z.object({ cached_tokens: z.int() }),
      output_tokens: z.int(),
      output_tokens_details: z.object({ reasoning_tokens: z.int() }),
      total_tokens: z.int(),
    })
    .nullable(),
  cost_usd: z.string().nullable(),
  /** How many jobs are to begin before it; 0 for the next. Null once it has begun. */
  queue_position: z.int().nullable(),
  /** When it is likely to begin, by how fast jobs began lately; null where that cannot be told. */
  estimated_start_at: seconds,
  /** What holds its project's jobs for the model back now; null where nothing does. */
  held_by: queueHoldSchema.nullable(),
  links: z.object({ self: z.string(), result: z.string(), cancel: z.string(), stream: z.string().optional() }),
});
export type JobObject = z.infer<typeof jobObjectSchema>;

/** Bytes within a query in base64, or, where they would be too many for one, in the bucket `bodies` by their name. */
const carriedBytesSchema = z.union([z.object({ base64: z.string() }), z.object({ claim: z.string() })]);
export type CarriedBytes = z.infer<typeof carriedBytesSchema>;

/** ingress → jobs: a request to be answered later. When it is answered, the job is committed. */
export const jobCreateSchema = z.object({
  caller: callerSchema,
  /** The address that the request came to. */
  endpoint: z.string().max(200),
  facts: factsSchema,
  body: carriedBytesSchema,
  /** When it is to run, in milliseconds since the epoch; at once where absent. */
  runAt: z.int().optional(),
  /** Of a response that is to be kept: under which id, and what it continues. */
  response: z.object({ id, previousResponseId: id.nullable(), isBackground: z.boolean() }).optional(),
  /** The caller's idempotency key, where one was sent. */
  idempotencyKey: z.string().max(255).optional(),
});
export type JobCreate = z.infer<typeof jobCreateSchema>;

export const jobReadSchema = z.object({ caller: callerSchema, id });
export type JobRead = z.infer<typeof jobReadSchema>;

/** `after` is the id of the last job of the page before; `limit` is 1 to 100; times in Unix seconds. */
export const jobListSchema = z.object({
  caller: callerSchema,
  after: z.string().max(200).optional(),
  limit: z.int().min(1).max(100),
  order: z.enum(['asc', 'desc']),
  status: jobStatus.optional(),
  endpoint: z.string().max(200).optional(),
  model: z.string().max(200).optional(),
  createdAfter: z.int().optional(),
  createdBefore: z.int().optional(),
});
export type JobList = z.infer<typeof jobListSchema>;

export const jobPageSchema = z.object({
  object: z.literal('list'),
  data: z.array(jobObjectSchema),
  first_id: z.string().nullable(),
  last_id: z.string().nullable(),
  has_more: z.boolean(),
});
export type JobPage = z.infer<typeof jobPageSchema>;

/** What a job came to: the answer as the same request would have got it from a caller who waits. */
export const jobResultSchema = z.object({
  status: z.int(),
  contentType: z.string(),
  /** How the answer came about; becomes response headers. */
  head: answerHeadSchema,
  requestId: z.string(),
  /** The bytes, or where they are in the blob store. */
  body: z.union([z.object({ base64: z.string() }), z.object({ blobKey: z.string() })]),
});
export type JobResult = z.infer<typeof jobResultSchema>;

/** `id` of a job, a request or a response. */
export const jobStreamReadSchema = z.object({ caller: callerSchema, id });
export type JobStreamRead = z.infer<typeof jobStreamReadSchema>;

/** What is known of the streamed answer of a job. */
export const jobStreamSchema = z.object({
  requestId: z.string(),
  responseId: z.string().nullable(),
  dialect: z.string(),
  isStreamed: z.boolean(),
  isBackground: z.boolean(),
  hasEnded: z.boolean(),
});
export type JobStream = z.infer<typeof jobStreamSchema>;

export const jobDeletedSchema = z.object({ id: z.string(), object: z.literal('job'), deleted: z.literal(true) });
export type JobDeleted = z.infer<typeof jobDeletedSchema>;

/** worker → jobs: a provider is about to be called for this job. */
export const jobStartedSchema = z.object({ jobId: z.string(), requestId: z.string() });
export type JobStarted = z.infer<typeof jobStartedSchema>;
