import { z } from 'zod';
import { epochMilliseconds } from '../identifiers.js';

/** What rate limits count. */
export const LIMIT_MEASURES = [
  'requestsPerMinute',
  'requestsPerDay',
  'tokensPerMinute',
  'tokensPerDay',
  'concurrency',
] as const;
export type LimitMeasure = (typeof LIMIT_MEASURES)[number];

const measure = z.enum(LIMIT_MEASURES);

/**
 * How the limits of one owner stand, over all processes; the entry of the bucket `limits`. What is used counts until its time slot
 * has left the window; what is leased counts in full until its holder says what it used, or its time is over.
 */
export const limitStateSchema = z.object({
  version: z.literal(1),
  /** The latest clock that has written here: nobody's time runs back. */
  at: epochMilliseconds,
  /** By measure: the number of the first time slot, then what was used in it and in each one after. */
  used: z.partialRecord(measure, z.array(z.int())),
  holders: z.record(
    z.string(),
    z.object({
      /** The holder's own count of its writes: an answer that was lost is told from a write that was. */
      turn: z.int().positive(),
      until: epochMilliseconds,
      leased: z.partialRecord(measure, z.int().nonnegative()),
    }),
  ),
});
export type LimitState = z.infer<typeof limitStateSchema>;

/** Told to all who hold leases: somebody needs what is not used of this limit. */
export const limitRecalledSchema = z.object({ subject: z.string().max(300), holder: z.string().max(200) });
