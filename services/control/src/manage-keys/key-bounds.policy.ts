import { z } from 'zod';

import { ownerPath } from '#libs/budgets';
import type { BudgetEntry, KeyCreateFields, KeyEntry } from '#libs/contracts';

import { budgetEntries } from '../compile-configuration/budgets/assemble-budgets.js';
import { budgetFields } from '../compile-configuration/budgets/budget-fields.js';
import { budgetsOutline } from '../compile-configuration/budgets/budget-outline.js';
import { checkOwnBudgets } from '../compile-configuration/budgets/check-budgets.policy.js';
import { unknownNamesIn, type LimitableNames } from '../compile-configuration/check-limits.policy.js';
import { explainIssue } from '../compile-configuration/explain-issue.js';
import { formatPath } from '../compile-configuration/configuration-problem.js';
import { checkHolder } from '../compile-configuration/guards/check-guards.policy.js';
import { guardFields } from '../compile-configuration/guards/guard-fields.js';
import { privacyFields } from '../compile-configuration/guards/privacy-fields.js';

const policyFields = z.object({ guards: guardFields.optional(), privacy: privacyFields.optional() });

type MoneyBounds = Pick<KeyCreateFields, 'limits' | 'budgets'>;
type PolicyBounds = Pick<KeyCreateFields, 'guards' | 'privacy'>;

/** The first thing that is wrong with what somebody gives a key besides its scopes; undefined where all is well. */
export function problemOfBounds(bounds: MoneyBounds & PolicyBounds, names: LimitableNames): string | undefined {
  return problemOfMoney(bounds, names) ?? problemOfPolicies(bounds, names);
}

function problemOfMoney({ limits, budgets }: MoneyBounds, names: LimitableNames): string | undefined {
  const [unknown] = limits ? unknownNamesIn(limits, names, ['limits']) : [];
  if (unknown) return `${formatPath(unknown.path)}: ${unknown.reason}`;
  if (!budgets) return undefined;
  const read = budgetFields.safeParse(budgets, { error: explainIssue });
  const [issue] = read.error?.issues ?? [];
  if (issue) return `${formatPath(['budgets', ...issue.path])}: ${issue.message}`;
  // A rate that changes would change what a key may spend, without anybody having changed the key.
  const [wrong] = checkOwnBudgets(budgetsOutline.parse(budgets), ['budgets'], { ...names, currencies: ['USD'] });
  if (wrong?.path.at(-1) === 'currency') return `${formatPath(wrong.path)}: keys have budgets in USD; give limitUsd`;
  return wrong && `${formatPath(wrong.path)}: ${wrong.reason}`;
}

function problemOfPolicies({ guards, privacy }: PolicyBounds, names: LimitableNames): string | undefined {
  const read = policyFields.safeParse({ guards, privacy }, { error: explainIssue });
  const [issue] = read.error?.issues ?? [];
  if (issue) return `${formatPath(issue.path)}: ${issue.message}`;
  const [wrong] = checkHolder(read.data ?? {}, [], names);
  return wrong && `${formatPath(wrong.path)}: ${wrong.reason}`;
}

/** The guards and the policy of privacy of a key in the terms of the contracts. */
export function policiesOfKey(bounds: PolicyBounds): Pick<KeyEntry, 'guards' | 'privacy'> {
  const { guards, privacy } = policyFields.parse(bounds);
  return { ...(guards ? { guards } : {}), ...(privacy ? { privacy } : {}) };
}

/**
 * The budgets of a key in the terms of the contracts. What a key of the same name spent, that was there before and is not the one
 * that this one replaced, is none of this one's: the ids of its budgets are others.
 */
export function budgetsOfKey(
  { organization, project, name, lineage }: Pick<KeyEntry, 'organization' | 'project' | 'name'> & { lineage: number },
  { budgets = [] }: MoneyBounds,
): BudgetEntry[] {
  const entries = budgetEntries(budgetFields.parse(budgets), { organization, project, key: name }, {});
  if (lineage === 1) return entries;
  const path = ownerPath({ organization, project, key: name });
  return entries.map((entry) => ({ ...entry, id: `${path}#${lineage}${entry.id.slice(path.length)}` }));
}
