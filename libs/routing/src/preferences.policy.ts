import type { TargetState, Wishes } from '#libs/contracts';
import type { Candidacy, Consideration, Ordering } from './candidacy.js';
import { isFailing } from './failing-target.policy.js';
import { hashText } from './hash-text.js';
import { seededRandom } from './seeded-random.js';
import { stickyValue } from './sticky-value.policy.js';
import { rendezvousPlace } from './strategies/rendezvous.js';

/** More than places of one preference can lie apart, so that places of all together make one number. */
const SPAN = 1_024;

/** Puts candidates before or behind others whatever the strategy says. */
interface Preference {
  /** Lower is tried earlier; 0 where the preference does not concern the candidate. */
  placeOf(candidacy: Candidacy): number;
  /** Why, of a candidate that it concerns. */
  noteOf(candidacy: Candidacy): string;
}

/** What goes before the strategy's order. */
export interface Preferred {
  /** One for each candidate; lower is tried earlier. Absent where all are alike. */
  readonly places: Float64Array | undefined;
  /** The index of the one that comes before all others. */
  readonly first: number | undefined;
  /** Stands before the strategy's own reason; empty for a candidate that no preference concerns. */
  noteOf(index: number): string;
}

/**
 * What goes before the strategy's order, from the strongest: targets of which most calls failed lately go last; a canary's
 * targets first or last, by its share; providers in the order that the caller wishes; targets beyond the caller's bounds on speed
 * behind the others. Whatever that leaves foremost, a sticky request goes to its own target among them. What none of this
 * concerns keeps the strategy's order, and nothing is ever left out.
 */
export function preferred(
  candidacies: readonly Candidacy[],
  { keys }: Pick<Ordering, 'keys'>,
  consideration: Consideration,
): Preferred {
  const preferences = preferencesOf(consideration);
  const places = preferences.length === 0 ? undefined : placesOf(candidacies, preferences);
  const kept = stickyIndex(candidacies, { places, keys }, consideration);
  return {
    places,
    first: kept,
    noteOf: (index) => {
      const candidacy = candidacies[index];
      let note = index === kept ? `kept by its ${consideration.policy.sticky}; ` : '';
      if (candidacy === undefined) return note;
      for (const one of preferences) if (one.placeOf(candidacy) !== 0) note += `${one.noteOf(candidacy)}; `;
      return note;
    },
  };
}

/** From the strongest. */
function preferencesOf(consideration: Consideration): readonly Preference[] {
  const { wishes, signs } = consideration;
  const all = [signs.isFailing ? FAILING : undefined, canaryOf(consideration), orderOf(wishes), boundsOf(wishes)];
  return all.filter((one) => one !== undefined);
}

/** The places of all preferences as one number that orders as they do one after the other. */
function placesOf(candidacies: readonly Candidacy[], preferences: readonly Preference[]): Float64Array {
  const places = new Float64Array(candidacies.length);
  for (const preference of preferences) {
    let index = 0;
    for (const candidacy of candidacies) {
      places[index] = (places[index] ?? 0) * SPAN + preference.placeOf(candidacy);
      index++;
    }
  }
  return places;
}

/** A target that fails more often than not is called only where the others have failed too. */
const FAILING: Preference = {
  placeOf: ({ state }) => (state !== undefined && isFailing(state) ? 1 : 0),
  noteOf: ({ state }) =>
    `behind the others since ${Math.round(100 * (state?.errorShare ?? 0))} % of its last ${state?.calls} calls failed`,
};

function canaryOf({ policy: { canary }, facts }: Consideration): Preference | undefined {
  if (canary === undefined) return undefined;
  const { tag, share, by } = canary;
  const value = (by === undefined ? undefined : stickyValue(facts, by)) ?? facts.requestId;
  const isChosen = seededRandom(`canary:${tag}:${value}`)() < share;
  const place = isChosen ? -1 : 1;
  return {
    placeOf: ({ entry }) => (entry.tags?.includes(tag) === true ? place : 0),
    noteOf: () => `${isChosen ? 'first in' : 'last outside'} the canary '${tag}' of ${share * 100} %`,
  };
}

function orderOf({ order }: Wishes): Preference | undefined {
  if (order === undefined || order.length === 0) return undefined;
  const placeOf = ({ placed: { entry, provider } }: Candidacy): number => {
    const index = order.findIndex((name) => name === entry.provider || name === provider?.kind);
    return index < 0 ? 0 : index - order.length;
  };
  return {
    placeOf,
    noteOf: (candidacy) => `place ${order.length + placeOf(candidacy) + 1} of the wished order of providers`,
  };
}

/**
 * Of speed, only what is known counts against a target. Of latency at a percentile between two that are kept the next higher is
 * taken; of throughput the median always, since no slow tail of it is kept: a target whose median is below the bound misses it.
 */
function boundsOf({ minThroughput, maxLatency }: Wishes): Preference | undefined {
  if (minThroughput === undefined && maxLatency === undefined) return undefined;
  const against = ({ state }: Candidacy): string | undefined => {
    const latency = maxLatency && latencyAt(state, maxLatency.percentile);
    if (latency !== undefined && maxLatency !== undefined && latency > maxLatency.value) {
      return `behind since its ${Math.round(latency)} ms to the first token are above the wished ${maxLatency.value}`;
    }
    const speed = minThroughput && state?.tokensPerSecond?.p50;
    if (speed === undefined || minThroughput === undefined || speed >= minThroughput.value) return undefined;
    return `behind since its ${Math.round(speed)} tokens per second are below the wished ${minThroughput.value}`;
  };
  return {
    placeOf: (candidacy) => (against(candidacy) === undefined ? 0 : 1),
    noteOf: (candidacy) => against(candidacy) ?? '',
  };
}

function latencyAt(state: TargetState | undefined, percentile: 50 | 75 | 90 | 99): number | undefined {
  const quantiles = state?.firstTokenMilliseconds;
  return percentile === 75 ? quantiles?.p90 : quantiles?.[`p${percentile}`];
}

/**
 * The target that the hash of the sticky value chooses, among those that stand foremost by all preferences; under the strategy
 * `priority` among those of the best priority, since the next are there for failures.
 */
function stickyIndex(
  candidacies: readonly Candidacy[],
  { places, keys }: { readonly places: Float64Array | undefined; readonly keys: Float64Array },
  { policy, facts, strategy }: Consideration,
): number | undefined {
  const value = policy.sticky === undefined ? undefined : stickyValue(facts, policy.sticky);
  if (value === undefined) return undefined;
  const isByPriority = strategy.kind === 'priority';
  const hashed = hashText(value);
  let chosen: number | undefined;
  let foremost = Infinity;
  let bestKey = Infinity;
  let least = Infinity;
  let index = -1;
  for (const candidacy of candidacies) {
    index++;
    const place = places?.[index] ?? 0;
    const key = isByPriority ? (keys[index] ?? 0) : 0;
    if (place > foremost || (place === foremost && key > bestKey)) continue;
    const hash = rendezvousPlace(candidacy, hashed);
    const isForemost = place === foremost && key === bestKey;
    if (isForemost && hash >= least) continue;
    [chosen, foremost, bestKey, least] = [index, place, key, hash];
  }
  return chosen;
}
