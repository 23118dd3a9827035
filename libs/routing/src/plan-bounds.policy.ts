import type { Facts, PlanBounds, Strategy, Wishes } from '#libs/contracts';
import type { Refusal } from './candidacy.js';
import { resolveModel, type ResolvedModel, type Sort } from './resolve-model.policy.js';
import type { RoutingTable } from './routing-table.js';
import { STRATEGY_OF_SORT } from './strategy-of-group.policy.js';

const PRIORITY: Strategy = { kind: 'priority' };
const REMEDY = 'ask whoever runs this installation for a plan that does';

/** What the caller asks for by itself, as far as policy follows it. */
interface Asked {
  readonly resolved: ResolvedModel;
  readonly wishes: Wishes;
  readonly sort: Sort | undefined;
}

/** The strategy itself where the caller's plan has it, and else the order of priorities, which every plan has. */
export function strategyWithinPlan(strategy: Strategy, { allowed }: Pick<Facts, 'allowed'>): Strategy {
  const kinds = allowed?.plan?.strategies;
  return kinds === undefined || strategy.kind === 'priority' || kinds.includes(strategy.kind) ? strategy : PRIORITY;
}

/**
 * Refuses what the caller asks for by name and the plan does not have: a model with `auto`, or a strategy by `sort`, by a suffix
 * or by drawing among targets. What the operator's policies lead to is never refused for that.
 */
export function refusedByPlan(
  { allowed }: Pick<Facts, 'allowed'>,
  asked: Asked,
  { models }: Pick<RoutingTable, 'models'>,
): Refusal | undefined {
  const plan = allowed?.plan;
  if (!plan) return undefined;
  const others = namedModels(asked.wishes).map((name) => resolveModel(name, models));
  const named = [asked.resolved, ...others.filter((one) => one !== undefined)];
  const auto = plan.withoutAuto ? named.find(({ model }) => model.auto) : undefined;
  if (auto) return withoutAuto(plan, auto.model.name);
  const sorts = [asked.sort, ...named.slice(1).map(({ sort }) => sort)].filter((sort) => sort !== undefined);
  const kinds = sorts.map((sort) => STRATEGY_OF_SORT[sort].kind);
  if (asked.wishes.targets && asked.wishes.mode === 'loadbalance') kinds.push('weighted');
  const missing = kinds.find((kind) => strategyWithinPlan({ kind } as Strategy, { allowed }).kind !== kind);
  return missing && withoutStrategy(plan, missing);
}

function namedModels({ models = [], targets = [] }: Wishes): string[] {
  return [...models, ...targets.flatMap(({ model }) => model ?? [])];
}

function withoutAuto({ name }: PlanBounds, model: string): Refusal {
  return {
    code: 'feature_not_in_plan',
    filter: 'plan',
    message: `The plan '${name}' does not include 'auto', which the model '${model}' needs; name another model, or ${REMEDY}.`,
  };
}

function withoutStrategy({ name }: PlanBounds, kind: Strategy['kind']): Refusal {
  const strategy = kind.replaceAll('_', '-');
  return {
    code: 'strategy_not_in_plan',
    filter: 'plan',
    message: `The plan '${name}' does not include the strategy '${strategy}' that the request asks for; leave the wish out, or ${REMEDY}.`,
  };
}
