import type { Facts } from '#libs/contracts';

/**
 * Where a request is led because limits or budgets have no room for it as it was asked: which targets it is kept from, others serving
 * it, and which model it goes on as.
 */
export type Steering = Pick<
  Facts,
  'exhaustedProviders' | 'budgetLeftNanoUsd' | 'withheldProviders' | 'downgradedFrom'
> &
  Partial<Pick<Facts, 'model'>>;

/** The part of it that money was set aside for: a request that is sent again goes the same way, under the same hold. */
export type LastingSteering = Omit<Steering, 'withheldProviders'>;

/** Undefined where there is nothing to keep: limits and pauses are asked anew. */
export function lastingOf(steering: Steering | undefined): LastingSteering | undefined {
  if (!steering) return undefined;
  const { withheldProviders: _ofTheMoment, ...lasting } = steering;
  return Object.keys(lasting).length === 0 ? undefined : lasting;
}

/** Of those requests that are led elsewhere, by their ids; undefined where none is. */
export function steeringOf(requests: readonly (Facts | undefined)[]): ReadonlyMap<string, Steering> | undefined {
  const steered = requests.flatMap((facts) => {
    const steering = facts && steeringIn(facts);
    return steering && Object.keys(steering).length > 0 ? [[facts.requestId, steering] as const] : [];
  });
  return steered.length === 0 ? undefined : new Map(steered);
}

function steeringIn({
  exhaustedProviders,
  budgetLeftNanoUsd,
  withheldProviders,
  downgradedFrom,
  model,
}: Facts): Steering {
  return {
    ...(exhaustedProviders === undefined ? {} : { exhaustedProviders }),
    ...(budgetLeftNanoUsd === undefined ? {} : { budgetLeftNanoUsd }),
    ...(withheldProviders === undefined ? {} : { withheldProviders }),
    ...(downgradedFrom === undefined ? {} : { downgradedFrom, model }),
  };
}
