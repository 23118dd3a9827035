import { z } from 'zod';
import { webhookEventType } from '../events/webhook-event.js';
import { callerSchema } from './caller.js';

const MOST_URL_CHARACTERS = 2_000;
const MOST_NAME_CHARACTERS = 200;
const MOST_DESCRIPTION_CHARACTERS = 1_000;
const MOST_FILTERS = 50;
const MOST_ID_CHARACTERS = 100;

const seconds = z.int().nullable();
const id = z.string().max(MOST_ID_CHARACTERS);

/** What an endpoint wishes to hear of: a type, all types that begin with the same words (`batch.*`), or everything (`*`). */
const webhookEventFilter = z.union(
  [z.literal('*'), webhookEventType, z.string().regex(/^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*\.\*$/)],
  'must be a type like batch.completed, all of a kind like batch.*, or *',
);

/** What a caller sets of an endpoint. */
export const webhookEndpointFields = z.object({
  url: z.string().min(1).max(MOST_URL_CHARACTERS),
  name: z.string().min(1).max(MOST_NAME_CHARACTERS),
  description: z.string().max(MOST_DESCRIPTION_CHARACTERS),
  event_types: z.array(webhookEventFilter).min(1).max(MOST_FILTERS),
  enabled: z.boolean(),
});

/** An endpoint in the shape of OpenAI's webhook endpoints, with additions of ours; times in Unix seconds. */
export const webhookEndpointObjectSchema = z.object({
  id: z.string(),
  object: z.literal('webhook_endpoint'),
  name: z.string(),
  description: z.string(),
  url: z.string(),
  event_types: z.array(z.string()),
  enabled: z.boolean(),
  disabled_reason: z.enum(['gone', 'failing']).nullable(),
  disabled_at: seconds,
  failing_since: seconds,
  signing_secret_hint: z.string(),
  public_key: z.string(),
  previous_secret_expires_at: seconds,
  created_at: z.int(),
  updated_at: z.int(),
});
export type WebhookEndpointObject = z.infer<typeof webhookEndpointObjectSchema>;

/** The same with its secret, which is shown this once. */
export const webhookEndpointWithSecretSchema = webhookEndpointObjectSchema.extend({ signing_secret: z.string() });
export type WebhookEndpointWithSecret = z.infer<typeof webhookEndpointWithSecretSchema>;

export const webhookEndpointPageSchema = z.object({
  object: z.literal('list'),
  data: z.array(webhookEndpointObjectSchema),
  first_id: z.string().nullable(),
  last_id: z.string().nullable(),
  has_more: z.boolean(),
});
export type WebhookEndpointPage = z.infer<typeof webhookEndpointPageSchema>;

export const webhookEndpointCreateSchema = z.object({ caller: callerSchema, fields: webhookEndpointFields });
export type WebhookEndpointCreate = z.infer<typeof webhookEndpointCreateSchema>;

export const webhookEndpointUpdateSchema = z.object({
  caller: callerSchema,
  id,
  fields: webhookEndpointFields.partial(),
});
export type WebhookEndpointUpdate = z.infer<typeof webhookEndpointUpdateSchema>;

export const webhookEndpointReadSchema = z.object({ caller: callerSchema, id });
export type WebhookEndpointRead = z.infer<typeof webhookEndpointReadSchema>;

export const webhookEndpointListSchema = z.object({
  caller: callerSchema,
  after: id.optional(),
  limit: z.int().min(1).max(100),
});
export type WebhookEndpointList = z.infer<typeof webhookEndpointListSchema>;

export const webhookEndpointDeletedSchema = z.object({
  id: z.string(),
  object: z.literal('webhook_endpoint.deleted'),
  deleted: z.literal(true),
});
export type WebhookEndpointDeleted = z.infer<typeof webhookEndpointDeletedSchema>;

/** `overlapSeconds`: how long the old secret signs beside the new one; the default is a day. */
export const webhookSecretRotateSchema = z.object({
  caller: callerSchema,
  id,
  overlapSeconds: z.int().min(0).optional(),
});
export type WebhookSecretRotate = z.infer<typeof webhookSecretRotateSchema>;

export const webhookTestSchema = z.object({ caller: callerSchema, id, eventType: webhookEventType });
export type WebhookTest = z.infer<typeof webhookTestSchema>;

const attemptObjectSchema = z.object({
  number: z.int(),
  outcome: z.enum(['unknown', 'delivered', 'failed']),
  started_at: z.int(),
  latency_ms: z.int().nullable(),
  status_code: z.int().nullable(),
  error: z.string().nullable(),
  response: z.string().nullable(),
});
export type WebhookAttemptObject = z.infer<typeof attemptObjectSchema>;

/** One event at one endpoint, with its attempts: in a list only the last of them. */
export const webhookDeliveryObjectSchema = z.object({
  id: z.string(),
  object: z.literal('webhook_endpoint.delivery'),
  webhook_endpoint_id: z.string(),
  event_id: z.string(),
  event_type: z.string(),
  status: z.enum(['pending', 'delivered', 'failed']),
  reason: z.string().nullable(),
  attempt_count: z.int(),
  attempts: z.array(attemptObjectSchema),
  next_attempt_at: z.int().nullable(),
  created_at: z.int(),
  ended_at: z.int().nullable(),
});
export type WebhookDeliveryObject = z.infer<typeof webhookDeliveryObjectSchema>;

export const webhookDeliveryPageSchema = z.object({
  object: z.literal('list'),
  data: z.array(webhookDeliveryObjectSchema),
  first_id: z.string().nullable(),
  last_id: z.string().nullable(),
  has_more: z.boolean(),
});
export type WebhookDeliveryPage = z.infer<typeof webhookDeliveryPageSchema>;

export const webhookDeliveryListSchema = z.object({
  caller: callerSchema,
  endpointId: id,
  status: z.enum(['pending', 'delivered', 'failed']).optional(),
  eventType: z.string().max(100).optional(),
  after: id.optional(),
  limit: z.int().min(1).max(100),
});
export type WebhookDeliveryList = z.infer<typeof webhookDeliveryListSchema>;

export const webhookDeliveryReadSchema = z.object({ caller: callerSchema, endpointId: id, id });
export type WebhookDeliveryRead = z.infer<typeof webhookDeliveryReadSchema>;

/** Every delivery that has failed of events since a time, in Unix seconds. */
export const webhookReplaySchema = z.object({ caller: callerSchema, endpointId: id, since: z.number().min(0) });
export type WebhookReplay = z.infer<typeof webhookReplaySchema>;

export const webhookReplayedSchema = z.object({
  object: z.literal('webhook_endpoint.replay'),
  webhook_endpoint_id: z.string(),
  replayed: z.int(),
  has_more: z.boolean(),
});
export type WebhookReplayed = z.infer<typeof webhookReplayedSchema>;
