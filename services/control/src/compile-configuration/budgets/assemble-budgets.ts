import { ownerPath } from '#libs/budgets';
import type { BudgetEntry, BudgetScope, MarkupEntry } from '#libs/contracts';

import type { ConfigurationFile } from '../configuration-file.js';
import type { BudgetFields } from './budget-fields.js';

const NANO = 1_000_000_000n;

type Owner = Pick<BudgetEntry, 'organization' | 'project' | 'key'>;

/** All budgets of a checked file, whoever has them. */
export function assembleBudgets({ organizations, exchangeRates }: ConfigurationFile): BudgetEntry[] {
  return organizations.flatMap((organization) => [
    ...budgetEntries(organization.budgets, { organization: organization.name }, exchangeRates),
    ...organization.projects.flatMap((project) => [
      ...budgetEntries(project.budgets, { organization: organization.name, project: project.name }, exchangeRates),
      ...project.keys.flatMap((key) =>
        budgetEntries(
          key.budgets,
          { organization: organization.name, project: project.name, key: key.name },
          exchangeRates,
        ),
      ),
    ]),
  ]);
}

/** What organizations of a file are charged beyond prices, where it stands at the organization itself; of plans it stands there. */
export function assembleMarkups({ organizations }: Pick<ConfigurationFile, 'organizations'>): MarkupEntry[] {
  return organizations.flatMap(({ name, markup }) =>
    markup === undefined ? [] : [{ organization: name, millionths: markup }],
  );
}

/** What a budget is called among those of its owner: its name, or else its period. */
export function nameOfBudget({ name, period = 'month' }: { name?: string | undefined; period?: string | undefined }) {
  return name ?? period;
}

/** The budgets of one owner. */
export function budgetEntries(
  budgets: readonly BudgetFields[],
  owner: Owner,
  rates: ConfigurationFile['exchangeRates'],
) {
  return budgets.map((budget): BudgetEntry => {
    const { downgrade, onExceeded, period, timeZone, alertAt, for: scope } = budget;
    const model = downgrade ?? (typeof onExceeded === 'object' ? onExceeded.downgrade : undefined);
    return {
      id: `${ownerPath(owner)}:${nameOfBudget(budget)}`,
      ...owner,
      limitNanoUsd: limitOf(budget, rates),
      period,
      timeZone,
      alertAt: alertAt.toSorted((left, right) => left - right),
      onExceeded: model === undefined ? { kind: 'refuse' } : { kind: 'downgrade', model },
      ...(scope ? { scope: scopeOf(scope) } : {}),
    };
  });
}

/** Rounded down to a whole nano-USD: never more than was meant. */
function limitOf({ limitUsd, limit, currency = '' }: BudgetFields, rates: ConfigurationFile['exchangeRates']): string {
  if (limitUsd !== undefined) return limitUsd;
  const rate = currency === 'USD' ? NANO : BigInt(rates[currency] ?? '0');
  return ((BigInt(limit ?? '0') * rate) / NANO).toString();
}

function scopeOf({ models, providers, tags, endUser, endUsers }: NonNullable<BudgetFields['for']>): BudgetScope {
  return {
    ...(models ? { models } : {}),
    ...(providers ? { providers } : {}),
    ...(tags ? { tags } : {}),
    ...(endUser ? { eachEndUser: true as const } : {}),
    ...(endUsers ? { endUsers } : {}),
  };
}
