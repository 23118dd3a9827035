import { LIMIT_MEASURES, type OwnedLimits, type RateLimits } from '#libs/contracts';

/**
 * The limits of a project on a plan of its own: of each the lower one. Those of the plan are the operator's, and those of the
 * project may be set by whoever runs the organisation, who must not raise what was bought by them.
 */
export function narrowest(bought: OwnedLimits | undefined, own: OwnedLimits | undefined): OwnedLimits | undefined {
  if (!bought || !own) return own ?? bought;
  const eachEndUser = lower(bought.eachEndUser, own.eachEndUser);
  const models = lowerOfEach(bought.models, own.models);
  const providers = lowerOfEach(bought.providers, own.providers);
  return {
    ...lower(bought, own),
    ...(eachEndUser ? { eachEndUser } : {}),
    ...(models ? { models } : {}),
    ...(providers ? { providers } : {}),
  };
}

function lower(one: RateLimits | undefined, other: RateLimits | undefined): RateLimits | undefined {
  if (!one || !other) return one ?? other;
  return Object.fromEntries(
    LIMIT_MEASURES.flatMap((measure) => {
      const most = Math.min(one[measure] ?? Infinity, other[measure] ?? Infinity);
      return most === Infinity ? [] : [[measure, most] as const];
    }),
  );
}

type Named = Readonly<Record<string, RateLimits>> | undefined;

function lowerOfEach(some: Named, others: Named): Record<string, RateLimits> | undefined {
  if (!some && !others) return undefined;
  const names = new Set([...Object.keys(some ?? {}), ...Object.keys(others ?? {})]);
  return Object.fromEntries([...names].map((name) => [name, lower(some?.[name], others?.[name]) ?? {}]));
}
