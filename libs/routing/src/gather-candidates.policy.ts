import type { Candidate, Strategy, Target, TargetState } from '#libs/contracts';
import { imageVariantOf } from '#libs/pricing';
import { denialOf } from './access.policy.js';
import type { Candidacy, Consideration, Constraints, OtherModel } from './candidacy.js';
import { isFailing } from './failing-target.policy.js';
import { followRules, type Way } from './follow-rules.policy.js';
import { mergedRequirements } from './merged-requirements.policy.js';
import { resolveModel, type Sort } from './resolve-model.policy.js';
import type { PlacedTarget } from './placed-target.js';
import { strategyOfGroup } from './strategy-of-group.policy.js';
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

/** A model to fall back to, as it was named. */
interface NamedModel extends Pick<Candidacy, 'onlyAfter'> {
  readonly name: string;
  /** As the other one of an `auto` model. */
  readonly other?: OtherModel;
  /** By the caller alone, whose suffix counts only where the model lets callers have their wishes. */
  readonly isWished?: boolean;
}

/** What all candidates of a group have in common. */
interface Group extends Pick<Candidacy, 'model' | 'further' | 'onlyAfter'> {
  readonly strategy: Strategy;
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
  for (const usual of table.targets.get(model.name) ?? []) {
    const placed = placedFor(usual, consideration);
    const { entry } = placed;
    const state = stateOf(placed, consideration);
    candidacies.push({
      placed,
      entry,
      model,
      group: 0,
      onlyAfter: undefined,
      state,
      further: undefined,
      strategy: undefined,
    });
  }
}

/** Images of a size or a quality may have a price of their own. */
function placedFor(placed: PlacedTarget, { facts }: Consideration): PlacedTarget {
  return placed.images === undefined ? placed : (imageVariantOf(placed.images, facts)?.placed ?? placed);
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
  const seen = new Set([model.name]);
  const addOnce = (named: NamedModel): void => {
    if (!seen.has(named.name)) addModel(named, gathering);
    seen.add(named.name);
  };
  for (const other of others) addOnce({ name: other.name, other });
  for (const name of wishes.models ?? []) addOnce({ name, isWished: !models.includes(name) });
  for (const name of models) addOnce({ name });
  for (const name of contextTooLong) addModel({ name, onlyAfter: 'context_too_long' }, gathering);
  for (const name of contentFilter) addModel({ name, onlyAfter: 'content_filter' }, gathering);
}

function addModel(named: NamedModel, gathering: Gathering): void {
  const found = wayTo(named.name, gathering);
  if (!found) return;
  const { consideration } = gathering;
  const { way, sort } = found;
  const { model } = way;
  const targets = consideration.table.targets.get(model.name) ?? [];
  const strategy = strategyOfNamed(named, { way, sort }, consideration);
  addGroup(targets, { model, further: furtherOf(way, consideration), onlyAfter: named.onlyAfter, strategy }, gathering);
}

/** The caller's wish goes before the suffix of the name; the other model of `auto` belongs to what the caller asked for. */
function strategyOfNamed(
  { other, isWished = false }: NamedModel,
  { way, sort }: WayTo,
  { wishes, sort: ofAsked }: Consideration,
): Strategy {
  if (other) {
    const ways = { ...way, strategy: way.strategy ?? other.strategy };
    return strategyOfGroup(ways, ofAsked ?? sort ?? way.sort ?? other.sort);
  }
  return strategyOfGroup(way, wishes.sort ?? (isWished && !way.followsWishes ? undefined : sort));
}

/** Where a name leads, and the sort of its suffix. */
interface WayTo {
  readonly way: Way;
  readonly sort: Sort | undefined;
}

/** The way of a model that was named to fall back to, or undefined, with a word in the record, where it leads nowhere. */
function wayTo(name: string, { consideration, outside }: Gathering): WayTo | undefined {
  const { facts, table, live } = consideration;
  const resolved = resolveModel(name, table.models);
  if (!resolved) {
    outside.push(asOutside({ model: name }, 'unknown_model', 'there is no model of this name here'));
    return undefined;
  }
  const way = followRules(facts, resolved, { table, live });
  if (!way.refusal) return { way, sort: resolved.sort };
  const { filter, message } = way.refusal;
  outside.push(asOutside({ model: name }, filter, filter === 'rule' ? message : 'the caller may not use this model'));
  return undefined;
}

function addGroup(
  targets: readonly PlacedTarget[],
  { model, further, onlyAfter, strategy }: Group,
  gathering: Gathering,
): void {
  const { consideration, candidacies, taken } = gathering;
  const keys = taken.get(onlyAfter) ?? new Set();
  taken.set(onlyAfter, keys);
  const group = candidacies.length === 0 ? 0 : (candidacies.at(-1)?.group ?? 0) + 1;
  for (const usual of targets) {
    const placed = placedFor(usual, consideration);
    const { entry, key } = placed;
    if (keys.has(key)) continue;
    keys.add(key);
    const state = stateOf(placed, consideration);
    candidacies.push({ placed, entry, model, group, onlyAfter, state, further, strategy });
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
  const { targets, from, sort } = selected;
  const before = consideration.wishes.sort ?? sort;
  if (from === model) {
    const named = { model, sort: undefined, strategy: undefined };
    const strategy = before ? strategyOfGroup(named, before) : consideration.strategy;
    return addGroup(targets, { model, strategy }, gathering);
  }
  const way = followRules(facts, { model: from }, { table, live });
  if (way.refusal || way.model !== from) {
    outside.push(asOutside(wish, way.refusal?.filter ?? 'rule', 'the caller may not use this target'));
    return;
  }
  const strategy = strategyOfGroup(way, before);
  addGroup(targets, { model: from, further: furtherOf(way, consideration), strategy }, gathering);
}

function asOutside(
  { provider, model }: { readonly provider?: string | undefined; readonly model?: string | undefined },
  filter: string,
  reason: string,
): Candidate {
  return { provider: provider ?? '', model: model ?? '', outcome: 'dropped', filter, reason };
}
