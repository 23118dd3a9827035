import type { BudgetRecord, OwnedLimits } from '#libs/contracts';
import { z } from 'zod';

/** What a budget is called that LiteLLM's `max_budget` makes; others of a key or a project stay as they are. */
export const LITELLM_BUDGET = 'max_budget';

const MOST_USD = 1_000_000;
const NANO_DIGITS = 9;

/** The periods there are, by how LiteLLM's scripts write them. */
const PERIODS: Readonly<Record<string, string>> = {
  '60m': 'hour',
  '1h': 'hour',
  '24h': 'day',
  '1d': 'day',
  '7d': 'week',
  '1w': 'week',
  '30d': 'month',
  '31d': 'month',
  '1mo': 'month',
  '90d': 'quarter',
  '3mo': 'quarter',
};

const maxBudget = z
  .number()
  .nonnegative()
  .max(MOST_USD)
  .refine((usd) => Number(usd.toFixed(NANO_DIGITS)) === usd, `must have at most ${NANO_DIGITS} decimals`);
const budgetDuration = z
  .string()
  .refine(
    (text) => Object.hasOwn(PERIODS, text),
    `must be one of ${Object.keys(PERIODS).join(', ')}: budgets begin anew with the hour, day, week, month or quarter of UTC`,
  );
const rate = z.int().positive().max(1_000_000_000_000);

/** Budgets and limits as LiteLLM has them at keys and teams; null takes one away. */
export const allowanceFields = {
  max_budget: maxBudget.nullable().optional(),
  budget_duration: budgetDuration.nullable().optional(),
  rpm_limit: rate.nullable().optional(),
  tpm_limit: rate.nullable().optional(),
  max_parallel_requests: rate.nullable().optional(),
} as const;

type Allowances = { readonly [Name in keyof typeof allowanceFields]?: z.infer<(typeof allowanceFields)[Name]> };
type Budget = Readonly<Record<string, unknown>>;

/** What an owner has already. */
export interface HeldAllowances {
  readonly budgets?: readonly Budget[] | undefined;
  readonly limits?: OwnedLimits | undefined;
}

/** The budgets and limits of an owner after what is asked; a field that is not asked for is absent, null takes it away. */
export function allowancesOf(
  asked: Allowances,
  held: HeldAllowances = {},
): { budgets?: Record<string, unknown>[] | null; limits?: OwnedLimits | null } {
  return { ...budgetsAfter(asked, held.budgets ?? []), ...limitsAfter(asked, held.limits ?? {}) };
}

/** The budget that `max_budget` made, as LiteLLM tells it; `record` is how billing says it stands. */
export function toldBudget({ budgets = [], limits = {} }: HeldAllowances, record: BudgetRecord | undefined) {
  const budget = budgets.find(({ name }) => name === LITELLM_BUDGET);
  const period = budget?.['period'] ?? null;
  return {
    max_budget: budget ? Number(budget['limitUsd']) : null,
    budget_duration: typeof period === 'string' ? durationOf(period) : null,
    budget_reset_at: record?.resetsAt === undefined ? null : new Date(record.resetsAt).toISOString(),
    rpm_limit: limits.requestsPerMinute ?? null,
    tpm_limit: limits.tokensPerMinute ?? null,
    max_parallel_requests: limits.concurrency ?? null,
  };
}

/** What is made has nothing yet that could be taken away. */
export function withoutNull<Value>(fields: { readonly [Name in keyof Value]: Value[Name] }): {
  [Name in keyof Value]?: NonNullable<Value[Name]>;
} {
  const given = Object.entries(fields).filter(([, value]) => value !== null);
  return Object.fromEntries(given) as { [Name in keyof Value]?: NonNullable<Value[Name]> };
}

function budgetsAfter(
  { max_budget: most, budget_duration: duration }: Allowances,
  held: readonly Budget[],
): { budgets?: Record<string, unknown>[] | null } {
  if (most === undefined && duration === undefined) return {};
  const others = held.filter(({ name }) => name !== LITELLM_BUDGET).map((budget) => ({ ...budget }));
  const before = held.find(({ name }) => name === LITELLM_BUDGET);
  const limitUsd = most === undefined ? before?.['limitUsd'] : most === null ? undefined : usdText(most);
  if (limitUsd === undefined) return { budgets: others.length === 0 ? null : others };
  const periodBefore = before?.['period'] ?? 'total';
  const period = duration === undefined ? periodBefore : duration === null ? 'total' : PERIODS[duration];
  return { budgets: [...others, { ...before, name: LITELLM_BUDGET, limitUsd, period }] };
}

function limitsAfter(
  { rpm_limit: requests, tpm_limit: tokens, max_parallel_requests: atOnce }: Allowances,
  held: OwnedLimits,
): { limits?: OwnedLimits | null } {
  const asked = { requestsPerMinute: requests, tokensPerMinute: tokens, concurrency: atOnce };
  const given = Object.entries(asked).filter(([, limit]) => limit !== undefined);
  if (given.length === 0) return {};
  const after = Object.entries({ ...held, ...Object.fromEntries(given) }).filter(([, limit]) => limit !== null);
  return { limits: after.length === 0 ? null : (Object.fromEntries(after) as OwnedLimits) };
}

/** Exact: a number has at most 17 digits, and here at most nine of them after the point. */
function usdText(usd: number): string {
  return usd.toFixed(NANO_DIGITS).replace(/\.?0+$/, '');
}

function durationOf(period: string): string | null {
  const told: Readonly<Record<string, string>> = { hour: '1h', day: '24h', week: '7d', month: '30d', quarter: '90d' };
  return told[period] ?? null;
}
