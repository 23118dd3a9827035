import { z } from 'zod';
import { nanoUsd, slug } from '../identifiers.js';

/** How often a budget begins anew; `total` never does. */
export const BUDGET_PERIODS = ['hour', 'day', 'week', 'month', 'quarter', 'total'] as const;
export type BudgetPeriod = (typeof BUDGET_PERIODS)[number];

/** Which requests of its owner a budget counts; all of them where it is absent, and each given list narrows. */
const budgetScopeSchema = z.object({
  /** Public models, as callers name them, without a suffix. */
  models: z.array(z.string()).min(1).optional(),
  /** Configured providers: requests that may reach one of them are held, and what was spent there is posted. */
  providers: z.array(slug).min(1).optional(),
  tags: z.array(z.string()).min(1).optional(),
  /** Requests that name an end user; each has a budget of this size for itself. */
  eachEndUser: z.literal(true).optional(),
  endUsers: z.array(z.string()).min(1).optional(),
});
export type BudgetScope = z.infer<typeof budgetScopeSchema>;

/** What happens to a request that does not fit any more. */
const budgetExceededSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('refuse') }),
  /** It goes on as a request for this model, where that still fits. */
  z.object({ kind: z.literal('downgrade'), model: z.string() }),
]);

/** A limit on what an organisation, a project or a key may spend in a period. */
export const budgetEntrySchema = z.object({
  /** Stays the same while the limit changes: the owner's path, a colon, the budget's name. */
  id: z.string().max(300),
  organization: slug,
  project: slug.optional(),
  key: slug.optional(),
  limitNanoUsd: nanoUsd,
  period: z.enum(BUDGET_PERIODS),
  /** IANA name; where days and longer periods begin. */
  timeZone: z.string(),
  /** Shares of the limit at which a notification is raised. */
  alertAt: z.array(z.number().positive().max(1)),
  onExceeded: budgetExceededSchema,
  scope: budgetScopeSchema.optional(),
});
export type BudgetEntry = z.infer<typeof budgetEntrySchema>;

/** What customers of an organisation are charged beyond the provider's price, in millionths of it; negative for a discount. */
export const markupEntrySchema = z.object({ organization: slug, millionths: z.int().min(-1_000_000).max(100_000_000) });
export type MarkupEntry = z.infer<typeof markupEntrySchema>;
