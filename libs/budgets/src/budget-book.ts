import type { BudgetEntry, Facts, ModelEntry, Snapshot } from '#libs/contracts';
import { resolveModel, UNBOUNDED_COMPLETION_TOKENS } from '#libs/routing';
import { budgetIndex, type AppliedBudget, type BudgetIndex } from './budget-index.js';
import type { IssuedBudgets } from './issued-budgets.js';
import { Markups } from './markups.js';
import { reachOf, type ReachedTarget } from './reach-of.policy.js';
import { worstCost, type HoldBounds, type HoldLimits } from './worst-cost.policy.js';

/** What takes the place of caps that nobody gave; documented in docs/configuration.md. */
const WORST_CASE: HoldLimits = { outputTokens: UNBOUNDED_COMPLETION_TOKENS };
const WHOLE_MILLIONTHS = 1_000_000;
const NONE: readonly AppliedBudget[] = [];

type BookedParts = Pick<Snapshot, 'models' | 'trial' | 'markups' | 'organizations' | 'plans' | 'budgets'>;

/** What a snapshot says of money: which budgets count a request, and what it may cost. Made once for each revision. */
export class BudgetBook {
  readonly index: BudgetIndex;
  private readonly models: ReadonlyMap<string, ModelEntry>;
  /** Of policies on trial, which decide a share of requests. */
  private readonly trialModels: ReadonlyMap<string, ModelEntry> | undefined;
  private readonly markups: Markups;

  constructor(snapshot: BookedParts, issued?: IssuedBudgets) {
    const { models, trial, budgets } = snapshot;
    this.index = budgetIndex(budgets ? { budgets } : {}, issued);
    this.models = byName(models);
    this.trialModels = trial && byName(trial.models);
    this.markups = new Markups(snapshot);
  }

  /** The longest time that any call may take. */
  get longestCallMilliseconds(): number {
    return Math.max(1, ...[...this.models.values()].map(({ timeouts }) => timeouts.totalMilliseconds));
  }

  /** The budgets that count a request; an empty list for most. */
  of(facts: Facts): readonly AppliedBudget[] {
    if (!this.index.areAny) return NONE;
    const name = resolveModel(facts.model, this.models)?.model.name ?? facts.model;
    return this.index.of(facts, name, () => new Set(this.reach(facts).map(({ provider }) => provider)));
  }

  /** What the request may cost, with the markup of its organisation. `promptRatio` as in `worstCost`. */
  bounds(facts: Facts, promptRatio?: number): HoldBounds {
    const { least, most } = worstCost(facts, this.reach(facts), { limits: WORST_CASE, promptRatio });
    return { least: this.withMarkup(facts, least), most: this.withMarkup(facts, most) };
  }

  /**
   * The same request kept from targets that a budget without room leaves out, so that others may still serve it: those of the
   * budget's own providers where there are others, and otherwise those that may cost more than is left. Undefined where no
   * further target is left out, or none stays.
   */
  narrowed(facts: Facts, { scope }: BudgetEntry, leftNanoUsd: bigint): Facts | undefined {
    const reach = this.reach(facts);
    if (scope?.providers) {
      const exhausted = [...new Set([...(facts.exhaustedProviders ?? []), ...scope.providers])];
      const others = { ...facts, exhaustedProviders: exhausted };
      if (this.reach(others).length > 0 && this.reach(others).length < reach.length) return others;
    }
    const costs = reach.map((target) => leastOf(facts, target));
    const fitting = costs.filter((cost) => this.withMarkup(facts, cost) <= leftNanoUsd);
    if (fitting.length === 0 || fitting.length === costs.length) return undefined;
    const dearest = fitting.reduce((most, cost) => (cost > most ? cost : most));
    return { ...facts, budgetLeftNanoUsd: dearest.toString() };
  }

  /** Rounded up: a hold must not be smaller than the charge. */
  withMarkup(owner: Pick<Facts, 'organization' | 'project'>, nanoUsd: bigint): bigint {
    const millionths = this.markups.of(owner);
    if (millionths === 0) return nanoUsd;
    return (nanoUsd * BigInt(WHOLE_MILLIONTHS + millionths) + BigInt(WHOLE_MILLIONTHS - 1)) / BigInt(WHOLE_MILLIONTHS);
  }

  /** A caller that lists targets may mean those of any model. */
  private reach(facts: Facts): readonly ReachedTarget[] {
    const { model, wishes, exhaustedProviders, budgetLeftNanoUsd } = facts;
    const names = wishes?.targets ? { models: [...this.models.keys()] } : wishes;
    const own = reachOf(model, this.models, names);
    const all = this.trialModels ? [...own, ...reachOf(model, this.trialModels, names)] : own;
    if (exhaustedProviders === undefined && budgetLeftNanoUsd === undefined) return all;
    return all.filter(
      (target) =>
        exhaustedProviders?.includes(target.provider) !== true &&
        (budgetLeftNanoUsd === undefined || leastOf(facts, target) <= BigInt(budgetLeftNanoUsd)),
    );
  }
}

/** By the estimate of the prompt alone: routing reckons in the same way which targets are left out. */
function leastOf(facts: Facts, target: ReachedTarget): bigint {
  return worstCost(facts, [target], { limits: WORST_CASE }).least;
}

function byName(models: readonly ModelEntry[]): ReadonlyMap<string, ModelEntry> {
  return new Map(models.map((model) => [model.name, model]));
}
