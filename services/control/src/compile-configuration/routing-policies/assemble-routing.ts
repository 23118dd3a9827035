import type { ModelEntry, RoutingPolicy, TargetEntry } from '#libs/contracts';

import type { ModelFields, TargetFields } from '../configuration-file.js';
import { givenFields } from './given-fields.policy.js';

/** A model's strategy and policies as the snapshot holds them; the two oldest strategies stand at the model itself. */
export function assembleRouting(model: ModelFields): Pick<ModelEntry, 'strategy' | 'routing' | 'auto'> {
  const { strategy, rules, require, access, sticky, canary, fallbacks, failures, onCut, hedge, shadow, cache } = model;
  const isOldest = strategy.kind === 'priority' || strategy.kind === 'weighted';
  const routing: RoutingPolicy = givenFields({
    strategy: isOldest ? undefined : strategy,
    rules: rules?.length === 0 ? undefined : rules,
    require,
    access,
    sticky,
    canary,
    fallbacks,
    failures,
    deadlineMilliseconds: model.deadlineMs,
    onCut,
    hedge,
    shadow,
    cache,
    callersWishes: model.callersWishes === undefined ? undefined : model.callersWishes === 'follow',
  });
  return {
    strategy: strategy.kind === 'weighted' ? strategy.kind : 'priority',
    ...(Object.keys(routing).length === 0 ? {} : { routing }),
    ...(model.auto === undefined ? {} : { auto: model.auto }),
  };
}

/** What of a target only the routing looks at. */
export function assembleTargetRouting(target: TargetFields): Partial<TargetEntry> {
  const { region, dataPolicy, quality, tags, access, window, quotas } = target;
  return givenFields({ region, dataPolicy, quality, tags, access, window, quotas });
}
