import type { Facts } from '#libs/contracts';
import type { ProviderLimit, TakenLimits } from '#libs/limits';
import type { WorkRest } from '../dispatch-work/work-source.js';
import type { LikelyRoute } from './likely-routes.js';

/** What a request has taken of the limits of providers, by their names. */
export type TakenOfProviders = ReadonlyMap<string, readonly TakenLimits[]>;

/** That a request may go, and which providers have no room for it; or that it has to wait. */
export type ProviderRoom =
  | { readonly full: readonly string[]; readonly taken: TakenOfProviders; readonly rest?: never }
  | { readonly rest: WorkRest };

/** What came of asking one limit; both absent where nobody could tell, and it is let through all the same. */
export interface Asked {
  readonly taken?: TakenLimits;
  readonly rest?: WorkRest;
}

/** Who says where a request is likely to go, and whether a limit has room for it. */
export interface RoomSources {
  route(facts: Facts, mustBeCallable: boolean): LikelyRoute | undefined;
  take(limit: ProviderLimit, facts: Facts): Promise<Asked>;
}

interface Search extends RoomSources {
  readonly limits: readonly ProviderLimit[];
  /** Providers that have no room, and until when at least. */
  readonly full: Map<string, WorkRest>;
}

/**
 * Looks whether the limits of providers leave a request anybody to go to. It takes from those that it is likely to reach first; one
 * that has no room is left out of its route where another may serve it, and otherwise the request waits. Nothing is taken of those
 * that it only falls back to, so that work does not hold what it rarely needs.
 */
export async function roomAtProviders(
  facts: Facts,
  limits: readonly ProviderLimit[],
  sources: RoomSources,
): Promise<ProviderRoom> {
  if (limits.length === 0) return { full: [], taken: new Map() };
  const search: Search = { ...sources, limits, full: new Map() };
  for (;;) {
    const asked = keptFrom(facts, [...search.full.keys()]);
    // To wait for room is better than to go to somebody who is down.
    const route = search.route(asked, search.full.size > 0);
    const [firstRest] = search.full.values();
    // Whoever is refused everywhere is told so by the router, and not held back here.
    if (!route) return firstRest ? { rest: firstRest } : { full: [], taken: new Map() };
    const known = search.full.size;
    const taken = await takeOnRoute(asked, route, search);
    if (search.full.size === known) return { full: [...search.full.keys()], taken };
    for (const parts of taken.values()) parts.forEach((part) => part.putBack());
  }
}

async function takeOnRoute(facts: Facts, { first, later }: LikelyRoute, search: Search): Promise<TakenOfProviders> {
  const taken = new Map<string, TakenLimits[]>();
  for (const limit of search.limits) {
    const { provider } = limit;
    const isFirst = first.has(provider);
    if ((!isFirst && !later.has(provider)) || search.full.has(provider)) continue;
    const { taken: part, rest } = await search.take(limit, facts);
    if (rest) search.full.set(provider, rest);
    else if (part && isFirst) taken.set(provider, [...(taken.get(provider) ?? []), part]);
    else part?.putBack();
  }
  return taken;
}

/** The request, with providers that it is kept from besides those that it is kept from already. */
export function keptFrom(facts: Facts, providers: readonly string[]): Facts {
  if (providers.length === 0) return facts;
  return { ...facts, withheldProviders: [...new Set([...(facts.withheldProviders ?? []), ...providers])] };
}
