import type { Facts, Wishes } from '#libs/contracts';
import type { Consideration } from './candidacy.js';
import { followRules } from './follow-rules.policy.js';
import type { LiveState } from './live-state.js';
import { mergedRequirements } from './merged-requirements.policy.js';
import { refusedByPlan, strategyWithinPlan } from './plan-bounds.policy.js';
import { privacyOf } from './privacy.policy.js';
import type { ResolvedModel } from './resolve-model.policy.js';
import type { RoutingTable } from './routing-table.js';
import { seededRandom } from './seeded-random.js';
import { strategyOfGroup } from './strategy-of-group.policy.js';

const NO_WISHES: Wishes = {};

/** What is decided on, brought together: the policies, the rules that hold and the caller's wishes. */
export function consider(
  facts: Facts,
  resolved: ResolvedModel,
  world: { readonly table: RoutingTable; readonly live: LiveState },
): Consideration {
  const way = followRules(facts, resolved, world);
  const { model, rules, requirements, onlyTags, others } = way;
  const policy = model.routing ?? {};
  const privacy = privacyOf(facts, world.table.privacy);
  const wishes = wishesWithin(facts.wishes, way.followsWishes);
  const sort = way.followsWishes ? (wishes.sort ?? resolved.sort) : undefined;
  const refusal = way.refusal ?? (facts.allowed && refusedByPlan(facts, { resolved, wishes, sort }, world.table));
  return {
    facts,
    ...world,
    asked: resolved.model,
    model,
    wishes,
    policy,
    sort,
    strategy: strategyWithinPlan(strategyOfGroup(way, sort), facts),
    requirements: mergedRequirements(
      privacy.names.length > 0 ? [...privacy.requirements, ...requirements] : requirements,
    ),
    privacy: privacy.names,
    onlyTags,
    others,
    hasOtherModels: others.length > 0 || Boolean(wishes.models ?? wishes.targets ?? policy.fallbacks),
    rule: rules.length > 0 ? rules.join(' > ') : undefined,
    refusal,
    signs: { isUnwell: false, isFailing: false },
    random: seededRandom(facts.requestId),
  };
}

/** Where wishes are not followed, those that protect the caller's data still are: to ignore them in silence would deceive. */
function wishesWithin(wishes: Wishes | undefined, isFollowed: boolean): Wishes {
  if (!wishes) return NO_WISHES;
  const { only, ignore, order, noTraining, zeroRetention } = wishes;
  if (!isFollowed) return { ...(noTraining ? { noTraining } : {}), ...(zeroRetention ? { zeroRetention } : {}) };
  if (!only && !ignore && !order) return wishes;
  return {
    ...wishes,
    ...(only ? { only: only.map(lowerCase) } : {}),
    ...(ignore ? { ignore: ignore.map(lowerCase) } : {}),
    ...(order ? { order: order.map(lowerCase) } : {}),
  };
}

function lowerCase(name: string): string {
  return name.toLowerCase();
}
