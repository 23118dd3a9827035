import { z } from 'zod';
import { epochMilliseconds, nanoUsd, requestId } from '../identifiers.js';
import { BUDGET_PERIODS } from '../snapshot/budget.js';
import { callerSchema } from './caller.js';

const budgetId = z.string().min(1).max(300);
/** The end user that a budget is for, where each has one; empty for all others. */
const subject = z.string().max(512);
const positiveNanoUsd = z.string().regex(/^\d{1,18}$/);

/** How a budget stands in its period: posted is spent for good, held is set aside and comes down to what is spent. */
const budgetStateSchema = z.object({
  limitNanoUsd: nanoUsd,
  postedNanoUsd: nanoUsd,
  heldNanoUsd: nanoUsd,
  /** When the period ends; absent where it never does. */
  resetsAt: epochMilliseconds.optional(),
});
export type BudgetState = z.infer<typeof budgetStateSchema>;

/** A part of a lease that was not used. */
const leaseReturnSchema = z.object({ lease: z.string().max(100), nanoUsd: positiveNanoUsd });
export type LeaseReturn = z.infer<typeof leaseReturnSchema>;

/** Asks for a slice of a budget, of which requests can then be held without asking again. */
export const budgetLeaseSchema = z.object({
  budget: budgetId,
  subject,
  /** The process that asks; recalls leave its own leases alone. */
  holder: z.string().max(200),
  /** Less than this is of no use. */
  leastNanoUsd: positiveNanoUsd,
  wantNanoUsd: positiveNanoUsd,
  /** How long a request may take that is held by the lease at its last moment. */
  longestCallMilliseconds: z.int().positive(),
  /** What is left of an earlier lease; it is given back first. */
  returned: leaseReturnSchema.optional(),
  /** The model that is asked for, to learn how its prompts turn out. */
  model: z.string().max(300).optional(),
});
export type BudgetLease = z.infer<typeof budgetLeaseSchema>;

export const budgetLeaseReplySchema = z.object({
  /** Absent where there is no room now. */
  granted: z
    .object({
      lease: z.string(),
      nanoUsd: positiveNanoUsd,
      /** For so long it may be drawn from, counted from before the question. */
      spendMilliseconds: z.int().nonnegative(),
    })
    .optional(),
  state: budgetStateSchema,
  /** Prompt tokens that were used for each estimated one, the most of late; absent where nothing is known. */
  promptRatio: z.number().positive().optional(),
});
export type BudgetLeaseReply = z.infer<typeof budgetLeaseReplySchema>;

export const budgetReturnSchema = z.object({ returns: z.array(leaseReturnSchema).min(1).max(1_000) });
export type BudgetReturn = z.infer<typeof budgetReturnSchema>;
export const budgetReturnReplySchema = z.object({ returned: z.int().nonnegative() });

/** Told to all who hold leases: somebody needs what is not used of this budget. */
export const budgetRecalledSchema = z.object({ budget: budgetId, subject, holder: z.string() });

const MOST_HELD_AT_ONCE = 1_000;

/**
 * Money for requests of the durable lane, before they are put on their way; kept under their ids, so that asking again changes
 * nothing. Their terminal events settle it.
 */
export const holdPlaceSchema = z.object({
  requests: z
    .array(
      z.object({
        requestId,
        nanoUsd: positiveNanoUsd,
        budgets: z.array(z.object({ budget: budgetId, subject })).min(1),
      }),
    )
    .min(1)
    .max(MOST_HELD_AT_ONCE),
  expiresAt: epochMilliseconds,
});
export type HoldPlace = z.infer<typeof holdPlaceSchema>;
export const holdPlaceReplySchema = z.object({
  /** So many requests from the first on are held; there is no room for the next one now. */
  placed: z.int().nonnegative(),
  /**
   * The budget that the next one does not fit into, what of it is not spent, held or not (the most that waiting could bring), and
   * when its period ends; absent where it never does.
   */
  short: z
    .object({ budget: budgetId, subject, unspentNanoUsd: nanoUsd, resetsAt: epochMilliseconds.optional() })
    .optional(),
});
export type HoldPlaceReply = z.infer<typeof holdPlaceReplySchema>;

export const budgetListSchema = z.object({ caller: callerSchema });
export type BudgetList = z.infer<typeof budgetListSchema>;
const budgetRecordSchema = z.object({
  id: budgetId,
  organization: z.string(),
  project: z.string().optional(),
  key: z.string().optional(),
  period: z.enum(BUDGET_PERIODS),
  timeZone: z.string(),
  onExceeded: z.string(),
  /** The end user of whom this is the budget. */
  endUser: z.string().optional(),
  startsAt: epochMilliseconds.optional(),
  grantedNanoUsd: nanoUsd,
  overrunNanoUsd: nanoUsd,
  ...budgetStateSchema.shape,
});
export type BudgetRecord = z.infer<typeof budgetRecordSchema>;
export const budgetListReplySchema = z.object({ budgets: z.array(budgetRecordSchema) });
export type BudgetListReply = z.infer<typeof budgetListReplySchema>;

/** Adds to what the budget's period at hand may spend; for a prepaid budget it is the credit that was bought. */
export const budgetGrantSchema = z.object({
  caller: callerSchema,
  budget: budgetId,
  subject: subject.default(''),
  nanoUsd: positiveNanoUsd,
  /** The same id grants once, however often it comes. */
  id: z.string().min(8).max(100),
  note: z.string().max(500).optional(),
});
export type BudgetGrant = z.infer<typeof budgetGrantSchema>;
export const budgetGrantReplySchema = z.object({ isNew: z.boolean(), state: budgetStateSchema });
export type BudgetGrantReply = z.infer<typeof budgetGrantReplySchema>;

/** Recomputes charges and sums. `from` and `to` bound the time of charging. */
export const ledgerVerifySchema = z.object({ caller: callerSchema });
export type LedgerVerify = z.infer<typeof ledgerVerifySchema>;
export const ledgerVerifyReplySchema = z.object({
  charges: z.int().nonnegative(),
  lines: z.int().nonnegative(),
  transactions: z.int().nonnegative(),
  entries: z.int().nonnegative(),
  /** What does not agree; empty where all does. At most a hundred are told. */
  findings: z.array(z.object({ check: z.string(), subject: z.string(), message: z.string() })),
});
export type LedgerVerifyReply = z.infer<typeof ledgerVerifyReplySchema>;
