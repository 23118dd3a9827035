import { z } from 'zod';
import { callerSchema } from './caller.js';

/** What an operator can hold back: everything durable, or the work of a provider, a model, or a project (`organization/project`). */
export const pauseScope = z.enum(['all', 'provider', 'model', 'project']);
export type PauseScope = z.infer<typeof pauseScope>;

/** A pause in force; `name` is empty for `all`. Times in RFC 3339. */
export const queuePauseSchema = z.object({
  scope: pauseScope,
  name: z.string(),
  reason: z.string().nullable(),
  paused_by: z.string(),
  paused_at: z.string(),
  until: z.string().nullable(),
});
export type QueuePause = z.infer<typeof queuePauseSchema>;

/**
 * Why work does not move: an operator's pause, a rate limit or a budget without room, or that no provider of its model can be called;
 * until when (Unix seconds), where that is known.
 */
export const queueHoldSchema = z.object({
  reason: z.enum(['pause', 'limit', 'budget', 'provider']),
  of: z.string(),
  until: z.int().nullable(),
});
export type QueueHold = z.infer<typeof queueHoldSchema>;

/** The durable work of one model that waits or is under way; `model` is `*` where requests of one batch name several. */
const queueSchema = z.object({
  model: z.string(),
  waiting: z.int(),
  under_way: z.int(),
  projects: z.int(),
  /** Requests that ended per second, lately. */
  per_second: z.number(),
  /** Seconds until all of it is done at that speed; null where nothing moves. */
  seconds_left: z.number().nullable(),
  /** Requests of these that a pause holds back. */
  paused: z.int(),
  /** Requests of these whose rate limit or budget has no room now. */
  limited: z.int(),
  /** Requests of these none of whose providers can be called now. */
  unavailable: z.int(),
});
export type Queue = z.infer<typeof queueSchema>;

export const queueListSchema = z.object({ caller: callerSchema });
export const queuesSchema = z.object({
  object: z.literal('list'),
  data: z.array(queueSchema),
  pauses: z.array(queuePauseSchema),
});
export type Queues = z.infer<typeof queuesSchema>;

export const queuePauseCreateSchema = z.object({
  caller: callerSchema,
  scope: pauseScope,
  name: z.string(),
  reason: z.string().nullable(),
  until: z.string().nullable(),
});
export type QueuePauseCreate = z.infer<typeof queuePauseCreateSchema>;

export const queueResumeSchema = z.object({ caller: callerSchema, scope: pauseScope, name: z.string() });
export type QueueResume = z.infer<typeof queueResumeSchema>;
