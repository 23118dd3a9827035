import type { TargetState, Wishes } from '#libs/contracts';
import type { Candidacy, Consideration, Ranked } from './candidacy.js';
import { hashText } from './hash-text.js';
import { seededRandom } from './seeded-random.js';
import { stickyValue } from './sticky-value.policy.js';
import { inOrder } from './strategies/in-order.js';
import { rendezvousPlace } from './strategies/rendezvous.js';

const FAILING_SHARE = 0.5;
const LEAST_CALLS = 10;

/** Why a candidate goes before or behind others whatever the strategy says; `places` are compared from the left. */
interface Preference {
  readonly place: number;
  readonly note: () => string;
}

type Preferring = (candidacy: Candidacy) => Preference | undefined;

/**
 * What goes before the strategy's order, from the strongest: targets of which most calls failed lately go last; a canary's
 * targets first or last, by its share; providers in the order that the caller wishes; targets beyond the caller's bounds on speed
 * behind the others. Whatever that leaves foremost, a sticky request goes to its own target among them. What none of this
 * concerns keeps the strategy's order, and nothing is ever left out.
 */
export function preferred(ranked: readonly Ranked[], consideration: Consideration): Ranked[] {
  const rules = [failing, canaryOf(consideration), orderOf(consideration.wishes), boundsOf(consideration.wishes)];
  let result = [...ranked];
  // Stable sorts from the weakest to the strongest leave the order that the strongest decides first.
  for (const rule of rules.toReversed()) if (rule !== undefined) result = sorted(result, rule);
  return stickyFirst(result, { consideration, rules: rules.filter((rule) => rule !== undefined) });
}

/** Lower places first; who has none stands at 0. */
function sorted(ranked: Ranked[], prefer: Preferring): Ranked[] {
  const preferences = ranked.map(({ candidacy }) => prefer(candidacy));
  if (preferences.every((preference) => preference === undefined)) return ranked;
  const placed = ranked.map((one, index) => {
    const { place, note } = preferences[index] ?? { place: 0, note: undefined };
    if (note === undefined) return { place, one };
    return { place, one: { ...one, reasonOf: (candidacy: Candidacy) => `${note()}; ${one.reasonOf(candidacy)}` } };
  });
  return inOrder(placed, (left, right) => left.place - right.place).map(({ one }) => one);
}

/** A target that fails more often than not is called only where the others have failed too. */
function failing({ state }: Candidacy): Preference | undefined {
  if (state === undefined || !isFailing(state)) return undefined;
  const note = () =>
    `behind the others since ${Math.round(100 * state.errorShare)} % of its last ${state.calls} calls failed`;
  return { place: 1, note };
}

function isFailing({ calls, errorShare }: TargetState): boolean {
  return calls >= LEAST_CALLS && errorShare > FAILING_SHARE;
}

function canaryOf({ policy: { canary }, facts }: Consideration): Preferring | undefined {
  if (canary === undefined) return undefined;
  const { tag, share, by } = canary;
  const value = (by === undefined ? undefined : stickyValue(facts, by)) ?? facts.requestId;
  const isChosen = seededRandom(`canary:${tag}:${value}`)() < share;
  const preference = isChosen
    ? { place: -1, note: () => `first in the canary '${tag}' of ${share * 100} %` }
    : { place: 1, note: () => `last outside the canary '${tag}' of ${share * 100} %` };
  return ({ entry }) => (entry.tags?.includes(tag) === true ? preference : undefined);
}

function orderOf({ order }: Wishes): Preferring | undefined {
  if (order === undefined || order.length === 0) return undefined;
  return ({ entry, provider }) => {
    const index = order.findIndex((name) => name === entry.provider || name === provider?.kind);
    if (index < 0) return undefined;
    return { place: index - order.length, note: () => `place ${index + 1} of the wished order of providers` };
  };
}

/**
 * Of speed, only what is known counts against a target. Of latency at a percentile between two that are kept the next higher is
 * taken; of throughput the median always, since no slow tail of it is kept: a target whose median is below the bound misses it.
 */
function boundsOf({ minThroughput, maxLatency }: Wishes): Preferring | undefined {
  if (minThroughput === undefined && maxLatency === undefined) return undefined;
  return ({ state }) => {
    const latency = maxLatency && latencyAt(state, maxLatency.percentile);
    if (latency !== undefined && maxLatency !== undefined && latency > maxLatency.value) {
      const note = () =>
        `behind since its ${Math.round(latency)} ms to the first token are above the wished ${maxLatency.value}`;
      return { place: 1, note };
    }
    const speed = minThroughput && state?.tokensPerSecond?.p50;
    if (speed === undefined || minThroughput === undefined || speed >= minThroughput.value) return undefined;
    const note = () =>
      `behind since its ${Math.round(speed)} tokens per second are below the wished ${minThroughput.value}`;
    return { place: 1, note };
  };
}

function latencyAt(state: TargetState | undefined, percentile: 50 | 75 | 90 | 99): number | undefined {
  const quantiles = state?.firstTokenMilliseconds;
  return percentile === 75 ? quantiles?.p90 : quantiles?.[`p${percentile}`];
}

/**
 * Brings the target that the hash of the sticky value chooses to the front, among those that stand foremost by all rules; under
 * the strategy `priority` among those of the best priority, since the next are there for failures.
 */
function stickyFirst(
  ranked: Ranked[],
  { consideration, rules }: { consideration: Consideration; rules: readonly Preferring[] },
): Ranked[] {
  const { policy, facts, strategy } = consideration;
  const value = policy.sticky === undefined ? undefined : stickyValue(facts, policy.sticky);
  const [first] = ranked;
  if (value === undefined || first === undefined) return ranked;
  const placesOf = ({ candidacy }: Ranked): string =>
    rules.map((rule) => rule(candidacy)?.place ?? 0).join() +
    (strategy.kind === 'priority' ? `/${candidacy.entry.priority}` : '');
  const foremost = placesOf(first);
  const hashed = hashText(value);
  let chosen = first;
  let least = Infinity;
  for (const one of ranked) {
    const place = rendezvousPlace(one.candidacy, hashed);
    if (place < least && placesOf(one) === foremost) [chosen, least] = [one, place];
  }
  const { reasonOf: usual } = chosen;
  const reasonOf = (candidacy: Candidacy): string => `kept by its ${policy.sticky}; ${usual(candidacy)}`;
  return [{ ...chosen, reasonOf }, ...ranked.filter((one) => one !== chosen)];
}
