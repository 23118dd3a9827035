import type { Target, TargetState } from '#libs/contracts';

/** That no target of a model can be called now: each by its name with what is the matter. */
export interface TargetsHold {
  readonly words: string;
  /** When one can be again, in milliseconds since the epoch. A provider that is down is back when it is back. */
  readonly until: number | undefined;
}

interface Known {
  readonly target: Pick<Target, 'provider' | 'model'>;
  readonly state: Pick<TargetState, 'breaker' | 'coolingUntil'> | undefined;
}

const MOST_NAMED_TARGETS = 3;

/** Undefined where one can be called, or no target is known. */
export function targetsHold(all: readonly Known[], now: number): TargetsHold | undefined {
  const held = all.filter(({ state }) => state?.breaker !== undefined || (state?.coolingUntil ?? 0) > now);
  if (held.length === 0 || held.length < all.length) return undefined;
  const named = held.slice(0, MOST_NAMED_TARGETS).map(({ target: { provider, model }, state }) => {
    return `provider ${provider}, model ${model} (${state?.breaker?.reason ?? 'rate_limit'})`;
  });
  const more = held.length - named.length;
  // Of a target with a breaker it is known when it is tried next, not when it is well.
  const ends = held.flatMap(({ state }) => (state?.breaker ? [] : [state?.coolingUntil ?? now]));
  return {
    words: `${named.join('; ')}${more > 0 ? `; and ${more} more` : ''}`,
    until: ends.length === 0 ? undefined : Math.min(...ends),
  };
}
