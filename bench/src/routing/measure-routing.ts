import type { Facts, RoutingPolicy, Strategy } from '#libs/contracts';
import { planRoute } from '#libs/routing';
import { decisionSubject, factsOf, type DecisionSubject } from './decision-subject.js';
import type { RoutingFigures } from './routing-figures.js';

const COUNTS = [1, 10, 100];
const PLAIN = 'priority';
const SCORE: Strategy = { kind: 'score', quality: 1, cost: 1, latency: 1, throughput: 0 };

/** What is measured: a strategy, and what policy and caller say besides it. */
interface DecisionCase {
  readonly name: string;
  readonly strategy: Strategy;
  readonly policy?: RoutingPolicy;
  readonly wishes?: Facts['wishes'];
}

/** Much of what there is at once; of 100 candidates 44 are left out, some by policy and some by the caller. */
const MIXED: DecisionCase = {
  name: 'score, mixed policy',
  strategy: SCORE,
  policy: {
    require: { regions: ['eu', 'us'], noTraining: true, mostOutputNanoUsdPerMillion: '700000000' },
    rules: [
      { name: 'long', when: 'request.promptTokens > 100000', onlyTags: ['new'] },
      { name: 'paying', when: 'request.tier == "gold" && request.metadata.plan != "trial"', strategy: SCORE },
      {
        name: 'tools',
        when: 'request.usesTools && budget.usedShare < 0.9',
        require: { mostInputNanoUsdPerMillion: '169000000' },
      },
    ],
    sticky: 'session',
  },
  wishes: { ignore: ['Provider-3', 'provider-7'], order: ['provider-1'], maxPrice: { requestNanoUsd: '0' } },
};
const CASES: readonly DecisionCase[] = [
  { name: PLAIN, strategy: { kind: 'priority' } },
  { name: 'weighted', strategy: { kind: 'weighted' } },
  { name: 'round_robin', strategy: { kind: 'round_robin' } },
  { name: 'least_busy', strategy: { kind: 'least_busy' } },
  {
    name: 'lowest_latency',
    strategy: { kind: 'lowest_latency', measure: 'first_token', percentile: 90, tolerance: 0.1 },
  },
  { name: 'highest_throughput', strategy: { kind: 'highest_throughput', tolerance: 0.1 } },
  { name: 'lowest_cost', strategy: { kind: 'lowest_cost' } },
  { name: 'usage', strategy: { kind: 'usage' } },
  { name: 'consistent_hash', strategy: { kind: 'consistent_hash', by: 'session' } },
  { name: 'score', strategy: SCORE },
  {
    name: 'weighted, sticky, canary',
    strategy: { kind: 'weighted' },
    policy: { sticky: 'session', canary: { tag: 'new', share: 0.1 }, require: { noTraining: true } },
  },
  MIXED,
];
const DIFFERENT_REQUESTS = 1_000;
/** The first decisions run before the code is compiled; they are no part of the figures. */
const WARM_UP_SHARE = 0.5;
const MICROSECONDS_PER_MILLISECOND = 1_000;

/** Measures decisions one by one, the strategies taking turns, so that a busy machine is busy for all of them alike. */
export function measureRouting(decisions: number): RoutingFigures[] {
  const requests = Array.from({ length: DIFFERENT_REQUESTS }, (_, index) => factsOf(index));
  return COUNTS.flatMap((candidates) => {
    const subjects = CASES.map(({ name, strategy, policy, wishes }) => ({
      name,
      wishes,
      subject: decisionSubject(strategy, candidates, policy),
      times: [] as number[],
    }));
    const warmUp = Math.ceil(decisions * WARM_UP_SHARE);
    for (let index = 0; index < warmUp + decisions; index++) {
      const facts = requests[index % DIFFERENT_REQUESTS] ?? factsOf(index);
      for (const { subject, wishes, times } of subjects) {
        const microseconds = timeOf(subject, wishes ? { ...facts, wishes } : facts);
        if (index >= warmUp) times.push(microseconds);
      }
    }
    return figuresOf(subjects, candidates);
  });
}

function timeOf({ table, live }: DecisionSubject, facts: Facts): number {
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
