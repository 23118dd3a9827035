import { storableText } from '#libs/storage';
import { callCosts } from './call-costs.policy.js';
import { CACHE, type PricedAttempt } from './charge.policy.js';
import type { EnteredCharge } from './entered-charge.js';
import type { REPORTED } from './further-usage.policy.js';
import { latencyBucket } from './latency-bucket.policy.js';

const HOUR_MILLISECONDS = 60 * 60_000;
const DAY_MILLISECONDS = 24 * HOUR_MILLISECONDS;

/** Sums of numbers are exact: beyond what a number is sure of they go on as a `bigint`. */
type Sum = number | bigint;

/** What is added to one row of the sums by the hour. */
export interface HourSum extends Record<(typeof REPORTED)[number], Sum> {
  readonly kind: 'all' | 'end_user' | 'tag';
  readonly value: string;
  /** Its beginning, in epoch milliseconds. */
  readonly hour: number;
  readonly organization: string;
  readonly project: string;
  /** Its name and, of one that the admin API made, a `#` and its id: no name holds that sign. */
  readonly key: string;
  readonly model: string;
  readonly provider: string;
  requests: number;
  promptTokens: Sum;
  completionTokens: Sum;
  cachedPromptTokens: Sum;
  cacheWritePromptTokens: Sum;
  reasoningTokens: Sum;
  costNanoUsd: bigint;
  overrunNanoUsd: bigint;
  baselineNanoUsd: bigint;
  providerCostNanoUsd: bigint;
  wasteNanoUsd: bigint;
  /** Requests by the bucket of how long they took. */
  readonly latencies: Map<number, number>;
}

/** Calls of a provider's model on a day, for one organisation. */
export interface ProviderDaySum {
  readonly provider: string;
  readonly day: number;
  readonly model: string;
  readonly organization: string;
  calls: number;
  estimatedCalls: number;
  promptTokens: Sum;
  completionTokens: Sum;
  cachedPromptTokens: Sum;
  cacheWritePromptTokens: Sum;
  costNanoUsd: bigint;
}

/** What is charged to a project for a model. */
export interface ChargedSum {
  readonly organization: string;
  readonly project: string;
  readonly model: string;
  requests: number;
  promptTokens: Sum;
  completionTokens: Sum;
  costNanoUsd: bigint;
}

/** What a bundle of charges adds to the sums that reports are read from. */
export interface SumsOfCharges {
  readonly hours: readonly HourSum[];
  readonly providerDays: readonly ProviderDaySum[];
  readonly charged: readonly ChargedSum[];
}

/**
 * Sums up charges: each request in the hour in which it ended, once as such, once for its end user and once for each of its tags, under
 * whoever served it last; what other providers were paid, as money without a request; each call in the day of its provider.
 */
export function sumsOf(charges: readonly EnteredCharge[]): SumsOfCharges {
  const hours = new Map<string, HourSum>();
  const providerDays = new Map<string, ProviderDaySum>();
  const charged = new Map<string, ChargedSum>();
  for (const charge of charges) {
    addHours(hours, charge);
    addCharged(charged, charge);
    for (const line of charge.priced.lines) addCall(providerDays, charge, line);
  }
  return { hours: [...hours.values()], providerDays: [...providerDays.values()], charged: [...charged.values()] };
}

function plus(sum: Sum, more: Sum): Sum {
  if (typeof sum === 'number' && typeof more === 'number' && Number.isSafeInteger(sum + more)) return sum + more;
  return BigInt(sum) + BigInt(more);
}

function* dimensionsOf({ event }: EnteredCharge['priced']): Generator<[HourSum['kind'], string]> {
  yield ['all', ''];
  if (event.endUser !== undefined) yield ['end_user', storableText(event.endUser)];
  const tags = event.facts?.tags;
  if (tags) for (const tag of new Set(tags.map((name) => storableText(name)))) yield ['tag', tag];
}

function addHours(hours: Map<string, HourSum>, charge: EnteredCharge): void {
  const { priced, model } = charge;
  const { event, furtherUsage = {} } = priced;
  const ofCaller = priced.lines.filter(({ payer }) => payer === 'caller');
  const provider = ofCaller.at(-1)?.provider ?? '';
  const { served, elsewhere } = callCosts(priced.lines, provider);
  const bucket = latencyBucket(event.endedAt - event.receivedAt);
  for (const [kind, value] of dimensionsOf(priced)) {
    const sum = hourOf(hours, { kind, value, event, model, provider });
    sum.requests += 1;
    sum.promptTokens = plus(sum.promptTokens, priced.promptTokens);
    sum.completionTokens = plus(sum.completionTokens, priced.completionTokens);
    sum.cachedPromptTokens = plus(sum.cachedPromptTokens, priced.cachedPromptTokens);
    sum.cacheWritePromptTokens = plus(sum.cacheWritePromptTokens, priced.cacheWritePromptTokens);
    for (const { usage } of ofCaller) sum.reasoningTokens = plus(sum.reasoningTokens, usage.reasoningTokens ?? 0);
    for (const name of Object.keys(furtherUsage) as (typeof REPORTED)[number][])
      sum[name] = plus(sum[name], furtherUsage[name] ?? 0);
    sum.costNanoUsd += priced.costNanoUsd - priced.overrunNanoUsd;
    sum.overrunNanoUsd += priced.overrunNanoUsd;
    sum.baselineNanoUsd += priced.baselineNanoUsd;
    sum.providerCostNanoUsd += served.cost;
    sum.wasteNanoUsd += served.waste;
    sum.latencies.set(bucket, (sum.latencies.get(bucket) ?? 0) + 1);
    for (const other of elsewhere) {
      const there = hourOf(hours, { kind, value, event, model, provider: other.provider });
      there.providerCostNanoUsd += other.cost;
      there.wasteNanoUsd += other.waste;
    }
  }
}

interface HourKey extends Pick<HourSum, 'kind' | 'value' | 'model' | 'provider'> {
  readonly event: EnteredCharge['priced']['event'];
}

/** No name that Postgres can hold has a NUL in it, so that no two keys are alike. */
function hourOf(hours: Map<string, HourSum>, { kind, value, event, model, provider }: HourKey): HourSum {
  const { organization, project } = event;
  const key = event.keyId === undefined ? event.key : `${event.key}#${event.keyId}`;
  const hour = Math.floor(event.endedAt / HOUR_MILLISECONDS) * HOUR_MILLISECONDS;
  const name = `${kind}\0${value}\0${hour}\0${organization}\0${project}\0${key}\0${model}\0${provider}`;
  const known = hours.get(name);
  if (known) return known;
  const sum: HourSum = {
    kind,
    value,
    hour,
    organization,
    project,
    key,
    model,
    provider,
    requests: 0,
    promptTokens: 0,
    completionTokens: 0,
    cachedPromptTokens: 0,
    cacheWritePromptTokens: 0,
    reasoningTokens: 0,
    cacheWrite1hPromptTokens: 0,
    images: 0,
    audioMilliseconds: 0,
    characters: 0,
    searches: 0,
    webSearches: 0,
    costNanoUsd: 0n,
    overrunNanoUsd: 0n,
    baselineNanoUsd: 0n,
    providerCostNanoUsd: 0n,
    wasteNanoUsd: 0n,
    latencies: new Map(),
  };
  hours.set(name, sum);
  return sum;
}

function addCharged(sums: Map<string, ChargedSum>, { priced, model }: EnteredCharge): void {
  const { organization, project } = priced.event;
  const name = `${organization}\0${project}\0${model}`;
  let sum = sums.get(name);
  if (!sum) {
    sum = { organization, project, model, requests: 0, promptTokens: 0, completionTokens: 0, costNanoUsd: 0n };
    sums.set(name, sum);
  }
  sum.requests += 1;
  sum.promptTokens = plus(sum.promptTokens, priced.promptTokens);
  sum.completionTokens = plus(sum.completionTokens, priced.completionTokens);
  sum.costNanoUsd += priced.costNanoUsd - priced.overrunNanoUsd;
}

/** An answer out of the cache is no call of a provider. */
function addCall(sums: Map<string, ProviderDaySum>, { priced: { event } }: EnteredCharge, line: PricedAttempt): void {
  const { provider, usage, usageBasis, costNanoUsd } = line;
  if (provider === CACHE) return;
  const { organization } = event;
  const model = storableText(line.model);
  const day = Math.floor(event.endedAt / DAY_MILLISECONDS) * DAY_MILLISECONDS;
  const name = `${provider}\0${day}\0${model}\0${organization}`;
  let sum = sums.get(name);
  if (!sum) {
    const tokens = { promptTokens: 0, completionTokens: 0, cachedPromptTokens: 0, cacheWritePromptTokens: 0 };
    sum = { provider, day, model, organization, calls: 0, estimatedCalls: 0, ...tokens, costNanoUsd: 0n };
    sums.set(name, sum);
  }
  sum.calls += 1;
  if (usageBasis === 'estimate') sum.estimatedCalls += 1;
  sum.promptTokens = plus(sum.promptTokens, usage.promptTokens);
  sum.completionTokens = plus(sum.completionTokens, usage.completionTokens);
  sum.cachedPromptTokens = plus(sum.cachedPromptTokens, usage.cachedPromptTokens ?? 0);
  sum.cacheWritePromptTokens = plus(sum.cacheWritePromptTokens, usage.cacheWritePromptTokens ?? 0);
  sum.costNanoUsd += costNanoUsd;
}
