import type { Facts } from '#libs/contracts';

/** Which targets a request is kept from because a budget has no room for them; others serve it. */
export type Steering = Pick<Facts, 'exhaustedProviders' | 'budgetLeftNanoUsd'>;

/** Of those requests that are kept from targets, by their ids; undefined where none is. */
export function steeringOf(requests: readonly (Facts | undefined)[]): ReadonlyMap<string, Steering> | undefined {
  const steered = requests.flatMap((facts) => {
    if (facts?.exhaustedProviders === undefined && facts?.budgetLeftNanoUsd === undefined) return [];
    const { requestId, exhaustedProviders, budgetLeftNanoUsd } = facts;
    const steering: Steering = {
      ...(exhaustedProviders === undefined ? {} : { exhaustedProviders }),
      ...(budgetLeftNanoUsd === undefined ? {} : { budgetLeftNanoUsd }),
    };
    return [[requestId, steering] as const];
  });
  return steered.length === 0 ? undefined : new Map(steered);
}
