import type { Candidate, Target, TargetState } from '#libs/contracts';
import { denialOf } from './access.policy.js';
import type { Candidacy, Consideration, Constraints } from './candidacy.js';
import { isFailing } from './failing-target.policy.js';
import { followRules, type Way } from './follow-rules.policy.js';
import { mergedRequirements } from './merged-requirements.policy.js';
import { resolveModel } from './resolve-model.policy.js';
import type { PlacedTarget } from './placed-target.js';
import { inOrderOfTrying, selectWished, type WishedTarget } from './wished-target.policy.js';

/** What comes into question for a request. */
export interface Gathered {
  /** Group after group, those that are tried only after a failure of one class last. */
  readonly candidacies: readonly Candidacy[];
  /** What was named and is nothing that can be tried, as it stands in the record. */
  readonly outside: readonly Candidate[];
}

interface Gathering {
  readonly consideration: Consideration;
  readonly candidacies: Candidacy[];
  readonly outside: Candidate[];
  /** Keys of the targets that are there already, for each class of failure after which they are tried. */
  readonly taken: Map<Target['onlyAfter'], Set<string>>;
}

/**
 * The targets that come into question: the model's own, then those of the models that the caller wishes to fall back to, then
 * those of the policy's, each target once; where the caller lists targets, those and no others. Models to fall back to count
 * with their access, requirements and rules, as if they had been asked for; models that they fall back to do not follow.
 */
export function gatherCandidates(consideration: Consideration): Gathered {
  const gathering: Gathering = { consideration, candidacies: [], outside: [], taken: new Map() };
  const { wishes } = consideration;
  if (wishes.targets) addWishedTargets(gathering);
  else addOwn(gathering);
  if (!wishes.targets && wishes.allowFallbacks !== false) addFallbacks(gathering);
  return gathering;
}

/** Without a look at what is there already: it is the first, and the table holds each target once. */
function addOwn({ consideration, candidacies }: Gathering): void {
  const { model, table } = consideration;
  for (const placed of table.targets.get(model.name) ?? []) {
    const { entry } = placed;
    const state = stateOf(placed, consideration);
    candidacies.push({ placed, entry, model, group: 0, onlyAfter: undefined, state, further: undefined });
  }
}

/** What is known of a target now, and what is rare of that noted. */
function stateOf({ entry }: PlacedTarget, { live, signs }: Consideration): TargetState | undefined {
  const state = live.target(entry.provider, entry.model);
  if (state === undefined) return undefined;
  if (state.coolingUntil !== undefined || state.breaker !== undefined) signs.isUnwell = true;
  if (isFailing(state)) signs.isFailing = true;
  return state;
}

function addFallbacks(gathering: Gathering): void {
  const { consideration, taken } = gathering;
  if (!consideration.hasOtherModels) return;
  const { others, wishes, policy, model, table } = consideration;
  taken.set(undefined, new Set((table.targets.get(model.name) ?? []).map(({ key }) => key)));
  const { models = [], contextTooLong = [], contentFilter = [] } = policy.fallbacks ?? {};
  for (const name of new Set([...others, ...(wishes.models ?? []), ...models])) {
    if (name !== model.name) addModel(name, gathering);
  }
  for (const name of contextTooLong) addModel(name, gathering, 'context_too_long');
  for (const name of contentFilter) addModel(name, gathering, 'content_filter');
}

function addModel(name: string, gathering: Gathering, onlyAfter?: Target['onlyAfter']): void {
  const way = wayTo(name, gathering);
  if (!way) return;
  const { consideration } = gathering;
  const targets = consideration.table.targets.get(way.model.name) ?? [];
  addGroup(targets, { model: way.model, further: furtherOf(way, consideration), onlyAfter }, gathering);
}

/** The way of a model that was named to fall back to, or undefined, with a word in the record, where it leads nowhere. */
function wayTo(name: string, { consideration, outside }: Gathering): Way | undefined {
  const { facts, table, live } = consideration;
  const resolved = resolveModel(name, table.models);
  if (!resolved) {
    outside.push(asOutside({ model: name }, 'unknown_model', 'there is no model of this name here'));
    return undefined;
  }
  const way = followRules(facts, resolved, { table, live });
  if (!way.refusal) return way;
  const { filter, message } = way.refusal;
  outside.push(asOutside({ model: name }, filter, filter === 'rule' ? message : 'the caller may not use this model'));
  return undefined;
}

function addGroup(
  targets: readonly PlacedTarget[],
  common: Pick<Candidacy, 'model' | 'further' | 'onlyAfter'>,
  gathering: Gathering,
): void {
  const { consideration, candidacies, taken } = gathering;
  const { model, further, onlyAfter } = common;
  const keys = taken.get(onlyAfter) ?? new Set();
  taken.set(onlyAfter, keys);
  const group = candidacies.length === 0 ? 0 : (candidacies.at(-1)?.group ?? 0) + 1;
  for (const placed of targets) {
    const { entry, key } = placed;
    if (keys.has(key)) continue;
    keys.add(key);
    const state = stateOf(placed, consideration);
    candidacies.push({ placed, entry, model, group, onlyAfter, state, further });
  }
}

function furtherOf({ model, requirements, onlyTags }: Way, consideration: Consideration): Constraints | undefined {
  if (model === consideration.model) return undefined;
  if (requirements.length === 0 && onlyTags.length === 0) return undefined;
  return { requirements: mergedRequirements(requirements), onlyTags };
}

/** Each wished target is a group of its own, so that strategies keep the caller's order. */
function addWishedTargets(gathering: Gathering): void {
  const { consideration, outside, taken } = gathering;
  const { model, table, wishes, facts } = consideration;
  const wished = inOrderOfTrying(consideration);
  for (const wish of wishes.allowFallbacks === false ? wished.slice(0, 1) : wished) addWishedTarget(wish, gathering);
  const keys = taken.get(undefined);
  for (const { entry, key } of table.targets.get(model.name) ?? []) {
    if (keys?.has(key)) continue;
    const denial = denialOf(entry.access, facts);
    const [filter, reason] = denial
      ? [denial, 'the caller may not use it']
      : ['wished_targets', 'it is not among the targets that the caller lists'];
    outside.push(asOutside(entry, filter, reason));
  }
}

function addWishedTarget(wish: WishedTarget, gathering: Gathering): void {
  const { consideration, outside } = gathering;
  const { facts, table, live, model } = consideration;
  const selected = selectWished(wish, consideration);
  if (selected.targets.length === 0) {
    outside.push(asOutside(wish, 'unknown_target', 'there is no such target here'));
    return;
  }
  if (selected.from === model) return addGroup(selected.targets, { model }, gathering);
  const way = followRules(facts, { model: selected.from }, { table, live });
  if (way.refusal || way.model !== selected.from) {
    outside.push(asOutside(wish, way.refusal?.filter ?? 'rule', 'the caller may not use this target'));
    return;
  }
  addGroup(selected.targets, { model: way.model, further: furtherOf(way, consideration) }, gathering);
}

function asOutside(
  { provider, model }: { readonly provider?: string | undefined; readonly model?: string | undefined },
  filter: string,
  reason: string,
): Candidate {
  return { provider: provider ?? '', model: model ?? '', outcome: 'dropped', filter, reason };
}
