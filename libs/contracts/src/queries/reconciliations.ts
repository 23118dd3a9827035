import { z } from 'zod';
import { nanoUsd } from '../identifiers.js';
import { callerSchema } from './caller.js';

/** What of a provider's report can be compared. */
const RECONCILED = ['cost', 'prompt_tokens', 'cached_prompt_tokens', 'completion_tokens'] as const;
export type Reconciled = (typeof RECONCILED)[number];

const count = z.string().regex(/^\d{1,18}$/);

/** What a provider says of one model on one day of UTC: cost in nano-USD, the rest in tokens. A report has some of them only. */
const exportRowSchema = z.object({
  day: z.string().regex(/^\d{4}-\d{2}-\d{2}$/),
  /** Absent where the report does not tell models apart. */
  model: z.string().max(300).optional(),
  amounts: z.partialRecord(z.enum(RECONCILED), count),
});
export type ExportRow = z.infer<typeof exportRowSchema>;

export const MOST_EXPORT_ROWS = 20_000;

export const reconciliationRunSchema = z.object({
  caller: callerSchema,
  /** As configured; several where one account at the provider stands behind them. */
  providers: z.array(z.string()).min(1).max(100),
  rows: z.array(exportRowSchema).min(1).max(MOST_EXPORT_ROWS),
  /** Amounts agree that differ by no more than this share of the provider's, in millionths. */
  toleranceMillionths: z.int().min(0).max(1_000_000),
});
export type ReconciliationRun = z.infer<typeof reconciliationRunSchema>;

const difference = z.object({
  day: z.string(),
  /** Absent where days are compared as a whole. */
  model: z.string().optional(),
  what: z.enum(RECONCILED),
  ours: z.string(),
  theirs: z.string(),
});
export const reconciliationReplySchema = z.object({
  from: z.string(),
  to: z.string(),
  /** So many amounts were compared, and so many agree. */
  compared: z.int(),
  agreed: z.int(),
  /** At most a thousand, in the order of days. */
  differences: z.array(difference),
  /** Over all days, of what the report has. */
  totals: z.array(z.object({ what: z.enum(RECONCILED), ours: nanoUsd, theirs: nanoUsd })),
});
export type ReconciliationReply = z.infer<typeof reconciliationReplySchema>;
