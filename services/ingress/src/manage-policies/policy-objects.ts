import type { PolicyChangeReply, PolicyReplayReply, PolicyVersion } from '#libs/contracts';
import { formatUsd } from '#libs/pricing';

/** A version of the policies, in the API's own form. */
export function policyObject(version: PolicyVersion): Record<string, unknown> {
  return {
    revision: version.revision,
    object: 'policy',
    applied_at: new Date(version.appliedAt).toISOString(),
    origin: version.origin,
    digest: version.digest,
    in_force: version.isInForce,
    trial_share: version.trialShare ?? null,
  };
}

/** What is in force after a change by hand, in the API's own form. */
export function policyChangeObject({ revision, origin, trial, models }: PolicyChangeReply): Record<string, unknown> {
  return { object: 'policy.change', revision, origin, trial: trial ?? null, models };
}

/** What a replay found, in the API's own form. */
export function replayObject(reply: PolicyReplayReply): Record<string, unknown> {
  return {
    object: 'policy.replay',
    revision: reply.revision,
    since: new Date(reply.since).toISOString(),
    until: new Date(reply.until).toISOString(),
    requests: reply.requests,
    is_cut: reply.isCut,
    left_out: { without_facts: reply.leftOut.withoutFacts, from_cache: reply.leftOut.fromCache },
    changed: reply.changed,
    refused: { before: reply.refusedBefore, after: reply.refusedAfter },
    cost_usd: { before: usd(reply.costBeforeNanoUsd), after: usd(reply.costAfterNanoUsd) },
    newly_served: servedByOne(reply.newlyServed),
    newly_refused: servedByOne(reply.newlyRefused),
    without_cost: reply.withoutCost,
    latency_ms: beforeAndAfter(reply.latencyBeforeMilliseconds, reply.latencyAfterMilliseconds),
    quality: beforeAndAfter(reply.qualityBefore, reply.qualityAfter),
    lower_quality: reply.lowerQuality,
    higher_quality: reply.higherQuality,
    targets: reply.targets.map((target) => ({
      provider: target.provider,
      model: target.model,
      requests: { before: target.requestsBefore, after: target.requestsAfter },
      cost_usd: { before: usd(target.costBeforeNanoUsd), after: usd(target.costAfterNanoUsd) },
      latency_ms: target.latencyMilliseconds ?? null,
      quality: target.quality ?? null,
    })),
    examples: reply.examples.map(({ requestId, ...example }) => ({ request_id: requestId, ...example })),
  };
}

function servedByOne({ requests, costNanoUsd }: PolicyReplayReply['newlyServed']): object {
  return { requests, cost_usd: usd(costNanoUsd) };
}

function usd(nanoUsd: string): string {
  return formatUsd(BigInt(nanoUsd));
}

function beforeAndAfter(before: number | undefined, after: number | undefined): object | null {
  return before === undefined || after === undefined ? null : { before, after };
}
