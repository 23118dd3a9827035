import type { RoutingPolicy, Strategy } from '#libs/contracts';
import { planRoute } from '#libs/routing';
import { decisionSubject, factsOf, type DecisionSubject } from './decision-subject.js';
import type { RoutingFigures } from './routing-figures.js';

const COUNTS = [1, 10, 100];
const PLAIN = 'priority';
const CASES: readonly (readonly [name: string, strategy: Strategy, policy?: RoutingPolicy])[] = [
  [PLAIN, { kind: 'priority' }],
  ['weighted', { kind: 'weighted' }],
  ['least_busy', { kind: 'least_busy' }],
  ['lowest_latency', { kind: 'lowest_latency', measure: 'first_token', percentile: 90, tolerance: 0.1 }],
  ['lowest_cost', { kind: 'lowest_cost' }],
  ['score', { kind: 'score', quality: 1, cost: 1, latency: 1, throughput: 0 }],
  ['consistent_hash', { kind: 'consistent_hash', by: 'session' }],
  [
    'weighted, sticky, canary',
    { kind: 'weighted' },
    { sticky: 'session', canary: { tag: 'new', share: 0.1 }, require: { noTraining: true } },
  ],
];
const DIFFERENT_REQUESTS = 1_000;
/** The first decisions run before the code is compiled; they are no part of the figures. */
const WARM_UP_SHARE = 0.5;
const MICROSECONDS_PER_MILLISECOND = 1_000;

/** Measures decisions one by one, the strategies taking turns, so that a busy machine is busy for all of them alike. */
export function measureRouting(decisions: number): RoutingFigures[] {
  const requests = Array.from({ length: DIFFERENT_REQUESTS }, (_, index) => factsOf(index));
  return COUNTS.flatMap((candidates) => {
    const subjects = CASES.map(([name, strategy, policy]) => ({
      name,
      subject: decisionSubject(strategy, candidates, policy),
      times: [] as number[],
    }));
    const warmUp = Math.ceil(decisions * WARM_UP_SHARE);
    for (let index = 0; index < warmUp + decisions; index++) {
      const facts = requests[index % DIFFERENT_REQUESTS] ?? factsOf(index);
      for (const { subject, times } of subjects) {
        const microseconds = timeOf(subject, facts);
        if (index >= warmUp) times.push(microseconds);
      }
    }
    return figuresOf(subjects, candidates);
  });
}

function timeOf({ table, live }: DecisionSubject, facts: ReturnType<typeof factsOf>): number {
  const start = performance.now();
  planRoute(facts, table, live);
  return (performance.now() - start) * MICROSECONDS_PER_MILLISECOND;
}

function figuresOf(
  subjects: readonly { readonly name: string; readonly times: readonly number[] }[],
  candidates: number,
): RoutingFigures[] {
  const sorted = subjects.map(({ name, times }) => ({ name, times: times.toSorted((left, right) => left - right) }));
  const plain = at(sorted.find(({ name }) => name === PLAIN)?.times ?? [], 0.5);
  return sorted.map(({ name, times }) => ({
    strategy: name,
    candidates,
    p50Microseconds: at(times, 0.5),
    p99Microseconds: at(times, 0.99),
    ofPriority: at(times, 0.5) / plain,
  }));
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
