import type { Target } from '#libs/contracts';
import type { Candidacy, Consideration } from './candidacy.js';
import { timeoutsOf } from './execution-of.policy.js';

/** A target as the plan has it. */
export function plannedTarget({ placed, entry, model, onlyAfter }: Candidacy, consideration: Consideration): Target {
  const { facts, asked } = consideration;
  const target: Target = {
    provider: entry.provider,
    model: entry.model,
    price: entry.price,
    timeouts: timeoutsOf(model.timeouts, consideration),
  };
  if (placed.region !== undefined) target.region = placed.region;
  if (model.unsupported !== undefined) target.unsupported = model.unsupported;
  if (model !== asked) target.servesModel = model.name;
  if (onlyAfter !== undefined) target.onlyAfter = onlyAfter;
  const concurrency = entry.quotas?.concurrency;
  if (concurrency !== undefined) target.concurrency = concurrency;
  // Only where it is needed: some providers want a bound that the caller did not give.
  const most = facts.maxCompletionTokens === undefined ? entry.limits?.maxOutputTokens : undefined;
  if (most !== undefined) target.maxOutputTokens = most;
  return target;
}
