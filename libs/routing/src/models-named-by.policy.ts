import type { Facts, ModelEntry } from '#libs/contracts';
import { resolveModel } from './resolve-model.policy.js';

/** The models that a request may reach by what its caller says: the one asked for, and those that its wishes name. What is none of ours is left out. */
export function modelsNamedBy(
  { model, wishes }: Pick<Facts, 'model' | 'wishes'>,
  models: ReadonlyMap<string, ModelEntry>,
): ModelEntry[] {
  const { models: others = [], targets = [] } = wishes ?? {};
  const names = [model, ...others, ...targets.flatMap((target) => target.model ?? [])];
  return names.flatMap((name) => resolveModel(name, models)?.model ?? []);
}
