import type { ModelEntry, Price, TargetEntry, Wishes } from '#libs/contracts';
import { resolveModel } from '#libs/routing';

/** A place that a request may be sent to, with what a hold needs to know of it. */
export interface ReachedTarget extends Pick<TargetEntry, 'provider' | 'model' | 'limits' | 'imagePrices'> {
  readonly price: Price;
  /** Whether a stream of the model may be gone on with after a cut, and then be paid for in two parts. */
  readonly mayBeRescued: boolean;
}

type Models = ReadonlyMap<string, ModelEntry>;

const remembered = new WeakMap<Models, Map<string, readonly ReachedTarget[]>>();

/**
 * Every target that a request for a model may reach, whatever happens on the way: its own, those of the models that its rules go
 * on to, that it falls back to, that it stands for, and those that the caller wishes. More than will be tried, never less. What
 * a rule or a fallback leads to is followed to its end; each model counts once.
 */
export function reachOf(name: string, models: Models, wishes?: Pick<Wishes, 'models'>): readonly ReachedTarget[] {
  const own = reachOfModel(name, models);
  if (wishes?.models === undefined) return own;
  return [...own, ...wishes.models.flatMap((other) => reachOfModel(other, models))];
}

function reachOfModel(name: string, models: Models): readonly ReachedTarget[] {
  const known = remembered.get(models) ?? new Map<string, readonly ReachedTarget[]>();
  remembered.set(models, known);
  const model = resolveModel(name, models)?.model;
  if (!model) return [];
  const found = known.get(model.name);
  if (found) return found;
  const targets = [...linkedTo(model, models)].flatMap(reachedTargets);
  known.set(model.name, targets);
  return targets;
}

function linkedTo(first: ModelEntry, models: Models): ReadonlySet<ModelEntry> {
  const linked = new Set([first]);
  // A set that grows while it is gone through is gone through to its end.
  for (const model of linked) {
    for (const name of linksOf(model)) {
      const other = resolveModel(name, models)?.model;
      if (other) linked.add(other);
    }
  }
  return linked;
}

function linksOf({ routing, auto }: ModelEntry): string[] {
  const { models = [], contextTooLong = [], contentFilter = [] } = routing?.fallbacks ?? {};
  const rules = (routing?.rules ?? []).flatMap(({ useModel }) => useModel ?? []);
  return [...models, ...contextTooLong, ...contentFilter, ...rules, ...(auto ? [auto.weak, auto.strong] : [])];
}

function reachedTargets({ targets, routing }: ModelEntry): ReachedTarget[] {
  const mayBeRescued = routing?.onCut === 'rescue';
  return targets.map(({ provider, model, limits, price, imagePrices }) => ({
    provider,
    model,
    price,
    mayBeRescued,
    ...(limits ? { limits } : {}),
    ...(imagePrices ? { imagePrices } : {}),
  }));
}
