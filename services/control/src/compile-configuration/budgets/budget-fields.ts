import { z } from 'zod';
import { BUDGET_PERIODS, slug } from '#libs/contracts';

import { closedObject } from '../closed-object.js';
import { modelName, usdFor } from '../field-types.js';
import { timeZone } from '../time-zone.js';

const MOST_BUDGETS = 100;
const MOST_ALERTS = 20;
const LONGEST_USER = 512;
const CURRENCY = /^[A-Z]{3}$/;

const currency = z.string().regex(CURRENCY, 'must be the code of a currency, such as "EUR"');
const downgrade = closedObject({ downgrade: modelName });

const scope = closedObject({
  models: z.array(modelName).min(1).optional(),
  providers: z.array(slug).min(1).optional(),
  tags: z.array(z.string().min(1).max(200)).min(1).optional(),
  endUser: z.literal('each').optional(),
  endUsers: z.array(z.string().min(1).max(LONGEST_USER)).min(1).optional(),
}).refine(({ endUser, endUsers }) => endUser === undefined || endUsers === undefined, {
  path: ['endUsers'],
  message: 'cannot stand beside endUser; give one of them',
});

const budget = closedObject({
  name: slug.optional(),
  /** US dollars; or an amount of another currency. */
  limitUsd: usdFor('a budget').optional(),
  limit: usdFor('a budget').optional(),
  currency: currency.optional(),
  period: z.enum(BUDGET_PERIODS).default('month'),
  timeZone: timeZone.default('UTC'),
  alertAt: z.array(z.number().positive().max(1)).max(MOST_ALERTS).default([]),
  onExceeded: z
    .union([z.literal('refuse'), downgrade], { error: 'must be refuse, or { downgrade: MODEL }' })
    .optional(),
  downgrade: modelName.optional(),
  for: scope.optional(),
}).superRefine((fields, context) => {
  const problem = problemOf(fields);
  if (problem) context.addIssue({ code: 'custom', path: [problem.field], message: problem.message });
});
export type BudgetFields = z.infer<typeof budget>;
/** The names of all fields that a budget may have. */
export const BUDGET_FIELD_NAMES: readonly string[] = Object.keys(budget.shape);

/** The budgets of an organization, a project or a key. */
export const budgetFields = z.array(budget).max(MOST_BUDGETS).default([]);

/** What one unit of other currencies is worth in US dollars. */
export const exchangeRates = z
  .record(currency, usdFor('a unit of a currency'))
  .refine((rates) => Object.values(rates).every((rate) => BigInt(rate) > 0n), 'must have rates above zero')
  .default({});

interface LimitFields {
  readonly limitUsd?: string | undefined;
  readonly limit?: string | undefined;
  readonly currency?: string | undefined;
  readonly onExceeded?: unknown;
  readonly downgrade?: string | undefined;
}

function problemOf({ limitUsd, limit, currency: code, onExceeded, downgrade: model }: LimitFields) {
  if (limitUsd === undefined && limit === undefined) {
    return { field: 'limitUsd', message: 'is missing; it must be text such as "10.00" (or limit with a currency)' };
  }
  if (limitUsd !== undefined && (limit !== undefined || code !== undefined)) {
    return { field: 'limitUsd', message: 'cannot stand beside limit and currency; give one of them' };
  }
  if (limit !== undefined && code === undefined) return { field: 'currency', message: 'is missing; or give limitUsd' };
  if (onExceeded !== undefined && model !== undefined) {
    return { field: 'downgrade', message: 'cannot stand beside onExceeded; give one of them' };
  }
  return undefined;
}
