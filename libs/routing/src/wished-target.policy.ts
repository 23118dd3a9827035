import type { ModelEntry, Wishes } from '#libs/contracts';
import { denialOf } from './access.policy.js';
import type { Consideration } from './candidacy.js';
import { resolveModel, type Sort } from './resolve-model.policy.js';
import type { PlacedTarget } from './placed-target.js';

/** A target as a caller names it: a provider by its configured name or its kind, a model by its public name or the provider's. */
export type WishedTarget = NonNullable<Wishes['targets']>[number];

/** Targets that a wish means, and the public model that they belong to. */
export interface SelectedTargets {
  readonly from: ModelEntry;
  readonly targets: readonly PlacedTarget[];
  /** Of the suffix with which the wish names the model. */
  readonly sort?: Sort | undefined;
}

/** In the caller's order, or drawn by the caller's weights; a target with a weight of 0 stays out of the draw, behind all others. */
export function inOrderOfTrying({ wishes, random }: Consideration): readonly WishedTarget[] {
  const { targets = [], mode } = wishes;
  if (mode !== 'loadbalance') return targets;
  return targets
    .map((wish) => ({ wish, draw: -Math.log(1 - random()) / (wish.weight ?? 1) }))
    .toSorted((left, right) => (left.draw < right.draw ? -1 : Number(left.draw > right.draw)))
    .map(({ wish }) => wish);
}

/**
 * The targets that a wish means. A model's name is looked for among public models, then among the providers' names of the
 * model's own targets, then among those of all models that the caller may use.
 */
export function selectWished({ provider, model: name }: WishedTarget, consideration: Consideration): SelectedTargets {
  const { model, asked, table, facts } = consideration;
  const isOfProvider = providerTest(provider?.toLowerCase());
  const targetsOf = (of: ModelEntry): readonly PlacedTarget[] =>
    (table.targets.get(of.name) ?? []).filter(isOfProvider);
  if (name === undefined) return { from: model, targets: targetsOf(model) };
  const named = resolveModel(name, table.models);
  if (named) {
    const from = named.model === asked ? model : named.model;
    return { from, targets: targetsOf(from), sort: named.sort };
  }
  for (const from of [model, ...table.models.values()]) {
    if (denialOf(from.routing?.access, facts)) continue;
    const targets = targetsOf(from).filter(({ entry }) => entry.model === name);
    if (targets.length > 0) return { from, targets };
  }
  return { from: model, targets: [] };
}

function providerTest(name: string | undefined): (target: PlacedTarget) => boolean {
  if (name === undefined) return () => true;
  return ({ entry, provider }) => entry.provider === name || provider?.kind === name;
}
