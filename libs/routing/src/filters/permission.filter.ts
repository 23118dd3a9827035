import { resolveModel } from '../resolve-model.policy.js';
import type { Candidacy, Consideration, Filter } from '../candidacy.js';

/**
 * Leaves out what the caller's key or plan does not allow. A model that policy leads to, or a budget goes on with, is allowed where the
 * one that was asked for is; one that the caller names must be allowed by itself.
 */
export const permission: Filter = {
  name: 'permission',
  applies: ({ facts }) => facts.allowed !== undefined,
  reasonAgainst: (candidacy, consideration) => {
    const { providers, models } = consideration.facts.allowed ?? {};
    if (providers && !providers.includes(candidacy.entry.provider)) return 'the key may not use its provider';
    return models && !isAllowed(models, candidacy, consideration)
      ? 'the key or the plan may not use the model'
      : undefined;
  },
};

function isAllowed(
  models: readonly string[],
  { model }: Candidacy,
  { facts: { downgradedFrom }, table, asked, wishes }: Consideration,
): boolean {
  if (models.includes(model.name)) return true;
  const isWished = wishes.models?.some((name) => name.split(':')[0] === model.name || name === model.name);
  const isTargeted = wishes.targets?.some((target) => target.model !== undefined);
  const named = downgradedFrom === undefined ? asked : resolveModel(downgradedFrom, table.models)?.model;
  return named !== undefined && models.includes(named.name) && !isWished && !isTargeted;
}
