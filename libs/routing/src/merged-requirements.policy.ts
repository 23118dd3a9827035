import type { Requirements } from '#libs/contracts';
import { isMoreThan } from './amounts.policy.js';

/**
 * Several sets of requirements as one that asks for all that they ask for, so that every target is checked once. Sets without a
 * region in common stay apart: nothing meets them, and the reason shall name regions.
 */
export function mergedRequirements(sets: readonly Requirements[]): readonly Requirements[] {
  if (sets.length < 2) return sets;
  const merged = sets.reduce(both);
  return merged.regions?.length === 0 ? sets : [merged];
}

/** Of what is asked of a target, what is about who gets the data of a request. */
export function requirementsOfData(required: Requirements): Requirements {
  const { regions, providers, notProviders, noTraining, zeroRetention } = required;
  return { regions, providers, notProviders, noTraining, zeroRetention };
}

function both(one: Requirements, other: Requirements): Requirements {
  return {
    regions: common(one.regions, other.regions),
    providers: common(one.providers, other.providers),
    notProviders:
      one.notProviders && other.notProviders
        ? [...one.notProviders, ...other.notProviders]
        : (one.notProviders ?? other.notProviders),
    noTraining: one.noTraining === true || other.noTraining,
    zeroRetention: one.zeroRetention === true || other.zeroRetention,
    mostInputNanoUsdPerMillion: lower(one.mostInputNanoUsdPerMillion, other.mostInputNanoUsdPerMillion),
    mostOutputNanoUsdPerMillion: lower(one.mostOutputNanoUsdPerMillion, other.mostOutputNanoUsdPerMillion),
    mostCostNanoUsd: lower(one.mostCostNanoUsd, other.mostCostNanoUsd),
  };
}

function common(one: string[] | undefined, other: string[] | undefined): string[] | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one.filter((name) => other.includes(name));
}

function lower(one: string | undefined, other: string | undefined): string | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return isMoreThan(one, other) ? other : one;
}
