import type { Facts, Wishes } from '#libs/contracts';

/** A copy that has not been called by then is not worth it any more. */
const BEGUN_WITHIN_MILLISECONDS = 600_000;

/**
 * The facts of a copy of a request for another model: a request of its own in the durable lane, for which nobody waits. What the
 * caller wishes of the route is about the model that was asked for, and is left behind, but for who may get the caller's data.
 */
export function shadowFacts(facts: Facts, copy: { requestId: string; model: string; now: number }): Facts {
  const {
    ingress: _nobodyWaits,
    cacheKey: _notKept,
    cacheRevision: _norThis,
    hold: _ofTheOriginal,
    wishes,
    ...same
  } = facts;
  return {
    ...same,
    ...wishesOfData(wishes),
    requestId: copy.requestId,
    lane: 'durable',
    model: copy.model,
    shadowOf: facts.requestId,
    receivedAt: copy.now,
    deadline: copy.now + BEGUN_WITHIN_MILLISECONDS,
  };
}

function wishesOfData({ only, ignore, noTraining, zeroRetention }: Wishes = {}): Pick<Facts, 'wishes'> {
  const wishes = {
    ...(only ? { only } : {}),
    ...(ignore ? { ignore } : {}),
    ...(noTraining ? { noTraining } : {}),
    ...(zeroRetention ? { zeroRetention } : {}),
  };
  return Object.keys(wishes).length === 0 ? {} : { wishes };
}
