import type { Facts, ModelEntry, Requirements, RoutingRule, Strategy } from '#libs/contracts';
import { denialOf } from './access.policy.js';
import { autoChoice } from './auto.policy.js';
import type { Constraints, OtherModel, Refusal } from './candidacy.js';
import { chooseRule, variablesByZone } from './choose-rule.policy.js';
import type { LiveState } from './live-state.js';
import { resolveModel, type ResolvedModel, type Sort } from './resolve-model.policy.js';
import type { RoutingTable } from './routing-table.js';

/** How often rules may lead on to another model; more is a mistake in the configuration. */
const MOST_HOPS = 5;

/** Where the rules of a model lead a request, and what they ask of its targets on the way. */
export interface Way extends Constraints {
  readonly model: ModelEntry;
  /** Names of the rules that held, and what `auto` chose, in order. */
  readonly rules: readonly string[];
  /** Of the suffix with which the last rule that leads on names `model`, or the `auto` model that chose it. */
  readonly sort: Sort | undefined;
  /** Of the last rule that names one. */
  readonly strategy: Strategy | undefined;
  /** Models whose targets are tried next: the other one of each `auto` model on the way. */
  readonly others: readonly OtherModel[];
  /** Whether every model on the way lets callers have their wishes. */
  readonly followsWishes: boolean;
  readonly refusal: Refusal | undefined;
}

interface OpenWay {
  model: ModelEntry;
  rules: string[];
  requirements: Requirements[];
  onlyTags: (readonly string[])[];
  sort: Sort | undefined;
  strategy: Strategy | undefined;
  others: OtherModel[];
  followsWishes: boolean;
  refusal: Refusal | undefined;
}

/**
 * Goes from the model that was named to the one that serves: each model's access, requirements and first rule that holds count,
 * and `useModel` leads on to another, whose own policy counts too. What was required on the way stays required, so that a rule
 * cannot lead data out of its region.
 */
export function followRules(
  facts: Facts,
  from: ResolvedModel,
  world: { readonly table: RoutingTable; readonly live: LiveState },
): Way {
  const way = begin(from.model);
  const variables = variablesByZone(facts, world.live);
  let current = from;
  for (let hops = 0; hops <= MOST_HOPS; hops++) {
    pass(current.model, facts, way);
    const rule = way.refusal ? undefined : chooseRule(current.model.routing?.rules, variables, world);
    if (rule) take(rule, way);
    if (way.refusal) return way;
    const name = rule?.useModel ?? chosenByDifficulty(current, facts, way);
    if (name === undefined) return way;
    const next = resolveModel(name, world.table.models);
    if (!next) return { ...way, refusal: strayed(from.model, `lead to '${name}', which does not exist here`) };
    if (next.sort ?? rule?.useModel) way.sort = next.sort;
    current = next;
  }
  return { ...way, refusal: strayed(from.model, 'go round in a circle') };
}

function begin(model: ModelEntry): OpenWay {
  return {
    model,
    rules: [],
    requirements: [],
    onlyTags: [],
    sort: undefined,
    strategy: undefined,
    others: [],
    followsWishes: true,
    refusal: undefined,
  };
}

/** Whatever the model asks of every request that comes by. */
function pass(model: ModelEntry, facts: Facts, way: OpenWay): void {
  const { routing } = model;
  way.model = model;
  way.refusal = notPermitted(model, facts);
  if (routing?.require) way.requirements.push(routing.require);
  if (routing?.callersWishes === false) way.followsWishes = false;
}

function take({ name, require, onlyTags, strategy, refuse }: RoutingRule, way: OpenWay): void {
  way.rules.push(name);
  if (require) way.requirements.push(require);
  if (onlyTags) way.onlyTags.push(onlyTags);
  if (strategy) way.strategy = strategy;
  if (refuse !== undefined) way.refusal = { code: 'refused_by_policy', filter: 'rule', message: refuse };
}

/** Names what the caller named or the operator published, and never who else may use it. */
function notPermitted({ name, routing }: ModelEntry, facts: Facts): Refusal | undefined {
  const denial = denialOf(routing?.access, facts);
  if (!denial) return undefined;
  const whom = denial === 'tier' ? `the tier '${facts.tier ?? 'none'}'` : `the key '${facts.key}'`;
  return {
    code: 'not_permitted',
    filter: denial,
    message: `The model '${name}' may not be used by ${whom}; name another model, or ask the operator for permission.`,
  };
}

function chosenByDifficulty({ model, level }: ResolvedModel, facts: Facts, way: OpenWay): string | undefined {
  const choice = autoChoice(model, facts, level);
  if (!choice) return undefined;
  const [first, other] = choice.models;
  way.rules.push(choice.reason);
  way.others.push({ name: other, sort: way.sort, strategy: way.strategy });
  return first;
}

function strayed({ name }: ModelEntry, problem: string): Refusal {
  const message = `The rules of the model '${name}' ${problem}; the operator must correct them.`;
  return { code: 'no_eligible_target', filter: 'rule', message };
}
