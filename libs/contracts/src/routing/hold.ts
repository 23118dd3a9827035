import { z } from 'zod';
import { nanoUsd } from '../identifiers.js';

const MOST_BUDGETS = 50;

/**
 * Money that was set aside for one request before anybody was called. It travels with the request and comes back in its terminal
 * event, by which billing settles it: what was charged is posted, the rest is free again.
 */
export const holdSchema = z.object({
  /** The most that budgets are charged for the request; what it costs beyond is an overrun. */
  nanoUsd,
  /** The part of a lease that was taken, for each budget that counts the request. */
  leases: z
    .array(
      z.object({
        id: z.string().max(100),
        nanoUsd,
        /** Only what was spent at these providers is posted. */
        providers: z.array(z.string()).optional(),
      }),
    )
    .min(1)
    .max(MOST_BUDGETS),
});
export type Hold = z.infer<typeof holdSchema>;
