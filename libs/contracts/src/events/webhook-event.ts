import { z } from 'zod';
import { slug } from '../identifiers.js';

/**
 * The type of an event that receivers of webhooks hear of: words with dots between, as `batch.completed`. Its first word says what
 * it is of, so that `batch.*` names all of that kind.
 */
export const webhookEventType = z
  .string()
  .max(100)
  .regex(/^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$/, 'must be lower-case words with dots between, like batch.completed');

/** The types that are raised today, besides `audit.` with the type of each note of the trail, of which only those hear who may read it and say so. A filter may name others: it hears of them from the version on that raises them. */
export const WEBHOOK_EVENT_TYPES: readonly string[] = [
  'batch.in_progress',
  'batch.completed',
  'batch.failed',
  'batch.expired',
  'batch.cancelled',
  'job.completed',
  'job.failed',
  'job.cancelled',
  'job.expired',
  'response.completed',
  'response.failed',
  'response.cancelled',
  'response.incomplete',
  'budget.threshold_reached',
  'budget.exhausted',
  'budget.below_used',
  'key.created',
  'key.rotated',
  'key.revoked',
  'webhook.test',
];

/**
 * Something that receivers of webhooks shall hear of. `data` is small: an id by which the receiver asks for the rest, and what it
 * needs to decide whether to. Without a project, every project of the organisation hears of it. Of two with the same `key` in an
 * organisation only the first is heard of; default: the type and `data.id`, for what happens to a thing once.
 */
export const webhookEventSchema = z.object({
  organization: slug,
  project: slug.optional(),
  type: webhookEventType,
  key: z.string().min(1).max(300).optional(),
  data: z.looseObject({ id: z.string().min(1).max(300) }),
});
export type WebhookEvent = z.infer<typeof webhookEventSchema>;

/**
 * An event that another service than jobs raises: it publishes this to the stream NOTIFICATIONS (`Subject.notificationRaised`) with
 * the key as message id. What is published has been stored by the stream; whoever must not lose it publishes from an outbox.
 */
export const notificationRaisedSchema = webhookEventSchema.extend({
  version: z.literal(1),
  key: z.string().min(1).max(300),
});
export type NotificationRaised = z.infer<typeof notificationRaisedSchema>;
