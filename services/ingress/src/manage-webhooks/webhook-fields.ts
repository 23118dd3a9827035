import { webhookEndpointFields } from '#libs/contracts';
import { z } from 'zod';

const DEFAULT_TEST = 'webhook.test';
const DAY_SECONDS = 24 * 60 * 60;

/** A new endpoint: an address, and what it wishes to hear of; everything where that is left out. */
export const createFields = z
  .object({
    url: webhookEndpointFields.shape.url,
    name: webhookEndpointFields.shape.name.optional(),
    description: webhookEndpointFields.shape.description.default(''),
    event_types: webhookEndpointFields.shape.event_types.default(['*']),
    enabled: webhookEndpointFields.shape.enabled.default(true),
  })
  .transform(({ name, ...fields }) => ({ ...fields, name: name ?? fields.url.slice(0, 200) }));

export const updateFields = webhookEndpointFields.partial();

export const pageFields = z.object({
  after: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});

export const deliveriesFields = pageFields.extend({
  status: z.enum(['pending', 'delivered', 'failed']).optional(),
  event_type: z.string().max(100).optional(),
});

export const rotateFields = z.object({ overlap_seconds: z.int().min(0).optional() });

/** OpenAI's own words for a rotation: without them the old secret is void at once. */
export const rotateLikeOpenAi = z
  .object({ keep_old_secret_active_for_24_hours: z.boolean().default(false) })
  .transform(({ keep_old_secret_active_for_24_hours: isKept }) => ({ overlap_seconds: isKept ? DAY_SECONDS : 0 }));

export const testFields = z.object({
  event_type: z
    .string()
    .max(100)
    .regex(/^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$/, 'must be a type like batch.completed')
    .default(DEFAULT_TEST),
});

/** The end of the year 9999. */
const LATEST_SECONDS = 253_402_300_799;

/** A time in Unix seconds, or as a date such as 2026-01-31T12:00:00Z. */
export const replayFields = z.object({
  since: z
    .union(
      [
        z.number().min(0).max(LATEST_SECONDS),
        z.iso.datetime({ offset: true }).transform((text) => Date.parse(text) / 1_000),
      ],
      'it must be a time with its zone, such as 2026-01-31T12:00:00Z, or Unix seconds',
    )
    .default(0),
});
