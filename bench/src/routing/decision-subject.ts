import type {
  Facts,
  ModelEntry,
  ProviderEntry,
  RoutingPolicy,
  Strategy,
  TargetEntry,
  TargetState,
} from '#libs/contracts';
import { routingTable, type LiveState, type RoutingTable } from '#libs/routing';

const MODEL = 'gpt-small';
const PROVIDERS = 10;
const NOW = 1_790_000_000_000;

/** One kind of decision: what the policy says besides the strategy, and what is known of the targets. */
export interface DecisionSubject {
  readonly table: RoutingTable;
  readonly live: LiveState;
}

/** A model of so many targets, all of which have been measured, under a strategy. */
export function decisionSubject(strategy: Strategy, candidates: number, policy: RoutingPolicy = {}): DecisionSubject {
  const targets = Array.from({ length: candidates }, (_, index) => targetOf(index));
  const model: ModelEntry = {
    name: MODEL,
    strategy: 'priority',
    timeouts: { firstByteMilliseconds: 30_000, idleMilliseconds: 30_000, totalMilliseconds: 600_000 },
    targets,
    routing: { ...policy, strategy },
  };
  const providers = Array.from({ length: PROVIDERS }, (_, index) => providerOf(index));
  const states = statesOf(targets);
  return {
    table: routingTable({ revision: 1, models: [model], providers }),
    live: {
      now: NOW,
      target: (provider, name) => states.get(provider)?.get(name),
      turn: () => 7,
    },
  };
}

/** By provider, then by model: texts put together for a look-up would cost more than the look-up. */
function statesOf(targets: readonly TargetEntry[]): Map<string, Map<string, TargetState>> {
  const states = new Map<string, Map<string, TargetState>>();
  for (const [index, { provider, model }] of targets.entries()) {
    const ofProvider = states.get(provider) ?? new Map<string, TargetState>();
    states.set(provider, ofProvider.set(model, stateOf(index)));
  }
  return states;
}

/** The facts of one of many requests. */
export function factsOf(index: number): Facts {
  return {
    requestId: `req_${index.toString(16).padStart(32, '0')}`,
    organization: 'demo',
    project: 'default',
    key: 'ci',
    lane: 'interactive',
    dialect: 'openai-chat',
    operation: 'chat',
    model: MODEL,
    stream: true,
    usageAsked: false,
    estimatedPromptTokens: 1_200,
    maxCompletionTokens: 500,
    budgetUsedShare: 0.5,
    budgetLeftNanoUsd: '1000000000',
    session: `session-${index % 1_000}`,
    usesTools: true,
    receivedAt: NOW,
    bodyBytes: 5_000,
    spans: { model: [10, 21] },
  };
}

function providerOf(index: number): ProviderEntry {
  return {
    name: `provider-${index}`,
    kind: 'openai',
    options: {},
    region: index % 2 === 0 ? 'eu' : 'us',
    dataPolicy: { training: false, retention: false },
  };
}

function targetOf(index: number): TargetEntry {
  return {
    provider: `provider-${index % PROVIDERS}`,
    model: `model-${index}`,
    priority: 1 + (index % 3),
    weight: 1 + (index % 5),
    price: {
      version: 'price_0123456789abcdef',
      inputNanoUsdPerMillion: `${100_000_000 + index * 1_000_000}`,
      outputNanoUsdPerMillion: `${400_000_000 + index * 3_000_000}`,
    },
    limits: { contextWindow: 128_000, maxOutputTokens: 16_384, abilities: ['tools', 'json_schema'] },
    quality: (index % 10) / 10,
    tags: index % 4 === 0 ? ['new'] : ['old'],
    quotas: { requestsPerMinute: 5_000, tokensPerMinute: 2_000_000 },
  };
}

function stateOf(index: number): TargetState {
  const milliseconds = 200 + 13 * (index % 29);
  const quantiles = { p50: milliseconds, p90: 2 * milliseconds, p95: 3 * milliseconds, p99: 5 * milliseconds };
  const speed = 40 + (index % 17);
  return {
    inFlight: index % 7,
    calls: 100 + index,
    errorShare: 0.01,
    firstTokenMilliseconds: quantiles,
    totalMilliseconds: quantiles,
    tokensPerSecond: { p50: speed, p90: speed + 20, p95: speed + 25, p99: speed + 40 },
    requestsThisMinute: 300 + index,
    tokensThisMinute: 90_000 + 1_000 * index,
  };
}
