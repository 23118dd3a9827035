import type { DecidedRequest, Decision, RequestEnded } from '#libs/contracts';

/** What of a terminal event a decision can be made and judged again by. */
export function decidedRequestOf(event: RequestEnded): DecidedRequest {
  return {
    requestId: event.requestId,
    organization: event.organization,
    project: event.project,
    key: event.key,
    lane: event.lane,
    dialect: event.dialect,
    operation: event.operation,
    model: event.model,
    stream: event.stream,
    endUser: event.endUser,
    receivedAt: event.receivedAt,
    facts: event.facts,
    cachedFrom: event.cachedFrom,
    costNanoUsd: event.costNanoUsd,
    decision: event.decision && outcomeOf(event.decision),
    attempts: event.attempts.map((attempt) => ({
      provider: attempt.provider,
      model: attempt.model,
      priceVersion: attempt.priceVersion,
      startedAt: attempt.startedAt,
      outcome: attempt.outcome,
      role: attempt.role,
      errorClass: attempt.errorClass,
      durationMilliseconds: attempt.durationMilliseconds,
      firstByteMilliseconds: attempt.firstByteMilliseconds,
      usage: attempt.usage,
    })),
  };
}

/** Without the reasons and the targets left out, which are most of a record. */
function outcomeOf({ snapshotRevision, strategy, rule, trial, candidates }: Decision): DecidedRequest['decision'] {
  const planned = candidates
    .filter(({ outcome }) => outcome === 'planned')
    .toSorted((left, right) => (left.rank ?? 0) - (right.rank ?? 0))
    .map(({ provider, model }) => ({ provider, model }));
  return { snapshotRevision, strategy, rule, trial, planned };
}
