import { z } from 'zod';
import { epochMilliseconds, nanoUsd } from '../identifiers.js';
import { callerSchema } from './caller.js';
import { USAGE_FILTERS } from './records.js';

/** What a report of costs can tell apart within a bucket of time. */
export const COST_GROUPS = USAGE_FILTERS;
/** How long a bucket is; all begin in UTC. */
const COST_BUCKETS = ['hour', 'day', 'month'] as const;
/** So many rows a report may have. */
export const MOST_COST_ROWS = 10_000;

export const costReportSchema = z.object({
  caller: callerSchema,
  bucket: z.enum(COST_BUCKETS),
  groupBy: z.array(z.enum(COST_GROUPS)).max(COST_GROUPS.length),
  /** Only what has one of these values; tags and end users exclude each other, as groups do. */
  only: z.partialRecord(z.enum(COST_GROUPS), z.array(z.string().max(512)).min(1).max(100)).default({}),
  /** Down to the full hour. */
  from: epochMilliseconds,
  /** Up to the full hour, exclusive. */
  to: epochMilliseconds,
});
export type CostReport = z.infer<typeof costReportSchema>;

const costRowSchema = z.object({
  bucketStartsAt: epochMilliseconds,
  /** In the order of `groupBy`. */
  groups: z.array(z.string()),
  requests: z.int(),
  /** What callers are charged. */
  chargedNanoUsd: nanoUsd,
  /** What the same usage would have cost at the dearest model, less what it did cost; below zero where it cost more. */
  savedNanoUsd: z.string().regex(/^-?\d+$/),
  /** For those who may read the ledger. */
  books: z
    .object({
      /** What providers are paid for what callers got. */
      providerCostNanoUsd: nanoUsd,
      /** What they are paid for what nobody got. */
      wasteNanoUsd: nanoUsd,
      /** What calls cost beyond what was held for them; nobody is charged for it. */
      overrunNanoUsd: nanoUsd,
      /** What callers are charged beyond the providers' prices; below zero for a discount. */
      markupNanoUsd: z.string().regex(/^-?\d+$/),
    })
    .optional(),
});
export const costReportReplySchema = z.object({ rows: z.array(costRowSchema).max(MOST_COST_ROWS) });
export type CostRow = z.infer<typeof costRowSchema>;
export type CostReportReply = z.infer<typeof costReportReplySchema>;
