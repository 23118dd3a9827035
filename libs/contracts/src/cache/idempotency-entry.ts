import { z } from 'zod';
import { requestId } from '../identifiers.js';

/**
 * What is known of a request that came with an idempotency key. `running`: somebody works on it and says so every few seconds.
 * `done`: it was answered; the answer's bytes rest in so many parts, `undefined` where they were too many to keep.
 */
export const idempotencyEntrySchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('running'), hash: z.string(), requestId }),
  z.object({
    state: z.literal('done'),
    hash: z.string(),
    requestId,
    status: z.int(),
    headers: z.record(z.string(), z.string()),
    parts: z.int().min(0).optional(),
  }),
]);
export type IdempotencyEntry = z.infer<typeof idempotencyEntrySchema>;
