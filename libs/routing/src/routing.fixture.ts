import type { Facts, ModelEntry, Quantiles, TargetEntry, TargetState } from '#libs/contracts';
import type { Consideration } from './candidacy.js';
import { consider } from './consider.policy.js';
import { quietState, type LiveState } from './live-state.js';
import { routingTable } from './routing-table.js';

/** A target of the provider `main`, its tokens at one price for a million. */
export function targetWith(model: string, over: Partial<TargetEntry> = {}, nanoUsdPerMillion = '1000'): TargetEntry {
  return {
    provider: 'main',
    model,
    priority: 1,
    weight: 1,
    price: {
      version: 'price_0123456789abcdef',
      inputNanoUsdPerMillion: nanoUsdPerMillion,
      outputNanoUsdPerMillion: nanoUsdPerMillion,
    },
    ...over,
  };
}

/** The model `small` with these targets. */
export function modelWith(targets: readonly TargetEntry[], over: Partial<ModelEntry> = {}): ModelEntry {
  return {
    name: 'small',
    strategy: 'priority',
    timeouts: { firstByteMilliseconds: 1_000, idleMilliseconds: 2_000, totalMilliseconds: 3_000 },
    targets: [...targets],
    ...over,
  };
}

/** The facts of a plain chat request for the model `small`. */
export function decidedFacts(over: Partial<Facts> = {}): Facts {
  return {
    requestId: 'req_00000000000000000000000000000001',
    organization: 'demo',
    project: 'default',
    key: 'ci',
    lane: 'interactive',
    dialect: 'openai-chat',
    operation: 'chat',
    model: 'small',
    stream: false,
    usageAsked: false,
    estimatedPromptTokens: 100,
    receivedAt: 1_000_000,
    bodyBytes: 2,
    spans: { model: [0, 1] },
    ...over,
  };
}

/** A target that has been called without a failure. */
export function stateWith(over: Partial<TargetState> = {}): TargetState {
  return { inFlight: 0, calls: 100, errorShare: 0, requestsThisMinute: 0, tokensThisMinute: 0, ...over };
}

/** One figure at every percentile. */
export function quantilesOf(value: number): Quantiles {
  return { p50: value, p90: value, p95: value, p99: value };
}

/** A quiet world in which something is known of some targets, by their models' names. */
export function liveWith(states: Readonly<Record<string, TargetState>>): LiveState {
  return { ...quietState(1_000_000), target: (_provider, model) => states[model] };
}

/** What is decided on where one model is all there is. */
export function considerationOf(model: ModelEntry, facts: Facts): Consideration {
  const table = routingTable({ revision: 1, models: [model], providers: [] });
  return consider(facts, { model }, { table, live: quietState(facts.receivedAt) });
}
