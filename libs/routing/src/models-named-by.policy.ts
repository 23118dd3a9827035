import type { Facts, ModelEntry } from '#libs/contracts';
import { resolveModel } from './resolve-model.policy.js';

/**
 * The models that a request may reach by what its caller says: the one asked for, also where a budget goes on with another, and those
 * that its wishes name. What is none of ours is left out.
 */
export function modelsNamedBy(
  { model, downgradedFrom, wishes }: Pick<Facts, 'model' | 'downgradedFrom' | 'wishes'>,
  models: ReadonlyMap<string, ModelEntry>,
): ModelEntry[] {
  const { models: others = [], targets = [] } = wishes ?? {};
  const asked = downgradedFrom === undefined ? [] : [downgradedFrom];
  const names = [model, ...asked, ...others, ...targets.flatMap((target) => target.model ?? [])];
  return names.flatMap((name) => resolveModel(name, models)?.model ?? []);
}
