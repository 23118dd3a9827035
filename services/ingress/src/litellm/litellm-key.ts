import type { BudgetRecord, KeyObject } from '#libs/contracts';
import { toldBudget } from './litellm-allowances.js';

/** A key as LiteLLM tells it, with how the budget that `max_budget` made stands where that is known. */
export function litellmKey(key: KeyObject, record?: BudgetRecord): object {
  const { name, project, organization, models = [], createdAt, budgets, limits } = key;
  return {
    key_alias: name,
    team_id: project,
    organization_id: organization,
    models,
    created_at: createdAt,
    ...toldBudget({ budgets, limits }, record),
  };
}
