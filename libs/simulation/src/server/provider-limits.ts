import { errorReply } from '../wire/error-reply.js';
import { anthropicErrorReply } from '../wire/anthropic-error.js';
import { planReply } from '../plan/plan-reply.js';
import type { SimulationPlan } from '../plan/simulation-plan.js';
import { FillingBucket } from './filling-bucket.js';

/** How much each model of the provider takes in a minute; what is left out has no limit. */
export interface MinuteLimits {
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
}

type Unit = 'requests' | 'tokens';
type Buckets = Readonly<Partial<Record<Unit, FillingBucket>>>;

/** Names and words for limits in the format that the call speaks. */
export type LimitDialect = 'openai' | 'anthropic';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** With so many names of models, limits that are whole again are forgotten: they say nothing. */
const MANY_MODELS = 1_000;

/**
 * The limits of a provider, for each model on its own: buckets that fill by the time. A call for which there is no room gets
 * status 429 with how long to wait; every answer says what is left. Calls that are refused for themselves (their key, their
 * body) do not count. The tokens of a call are those of its prompt and of its whole answer, which are known beforehand here.
 */
export class ProviderLimits {
  private readonly byModel = new Map<string, Buckets>();

  constructor(
    private readonly limits: MinuteLimits,
    private readonly settings: { readonly latencyMilliseconds: number; readonly nowMilliseconds: () => number },
  ) {}

  /** The plan with what is left in its headers, or a refusal in its place. */
  admit(plan: SimulationPlan, model: string | null, dialect: LimitDialect): SimulationPlan {
    const isRefused = plan.kind !== 'silence' && plan.status >= 400 && plan.status < 500;
    if (isRefused || model === null || Object.values(this.limits).every((limit) => limit === undefined)) return plan;
    const now = this.settings.nowMilliseconds();
    const buckets = this.of(model, now);
    const tokens = (plan.usage?.promptTokens ?? 0) + (plan.usage?.completionTokens ?? 0);
    const wants = { requests: 1, tokens };
    const missing = entriesOf(buckets).map(([unit, bucket]) => ({ unit, wait: bucket.wait(wants[unit], now) }));
    const longest = missing.toSorted((one, other) => other.wait - one.wait)[0];
    const isRoom = longest === undefined || longest.wait <= 0;
    if (isRoom) for (const [unit, bucket] of entriesOf(buckets)) bucket.take(wants[unit], now);
    const headers = leftHeaders(buckets, dialect, now);
    if (!isRoom) return this.refusal(longest, dialect, headers);
    return plan.kind === 'silence' ? plan : { ...plan, headers: { ...plan.headers, ...headers } };
  }

  private refusal(
    { unit, wait }: { unit: Unit; wait: number },
    dialect: LimitDialect,
    left: Record<string, string>,
  ): SimulationPlan {
    const canFit = wait !== Infinity;
    const message = canFit
      ? `Rate limit reached on ${unit} per minute of the simulated model; try again in ${durationOf(wait)}.`
      : `Request too large for the ${unit} per minute of the simulated model; send a smaller one.`;
    const whenToCome: Record<string, string> = canFit
      ? { 'retry-after': String(Math.ceil(wait / SECOND)), 'retry-after-ms': String(Math.ceil(wait)) }
      : {};
    const headers = { ...left, ...whenToCome };
    const reply =
      dialect === 'openai'
        ? errorReply(429, { message, type: unit, code: 'rate_limit_exceeded' })
        : anthropicErrorReply(429, message);
    const { latencyMilliseconds } = this.settings;
    const createdSeconds = Math.floor(this.settings.nowMilliseconds() / SECOND);
    return planReply({ ...reply, headers: { ...reply.headers, ...headers } }, { createdSeconds, latencyMilliseconds });
  }

  private of(model: string, now: number): Buckets {
    let buckets = this.byModel.get(model);
    if (!buckets) {
      if (this.byModel.size >= MANY_MODELS) this.forgetWhole(now);
      const { requestsPerMinute, tokensPerMinute } = this.limits;
      buckets = {
        ...(requestsPerMinute === undefined ? {} : { requests: new FillingBucket(requestsPerMinute, MINUTE) }),
        ...(tokensPerMinute === undefined ? {} : { tokens: new FillingBucket(tokensPerMinute, MINUTE) }),
      };
      this.byModel.set(model, buckets);
    }
    return buckets;
  }

  private forgetWhole(now: number): void {
    for (const [model, buckets] of this.byModel) {
      if (entriesOf(buckets).every(([, bucket]) => bucket.untilFull(now) === 0)) this.byModel.delete(model);
    }
  }
}

function entriesOf({ requests, tokens }: Buckets): readonly (readonly [Unit, FillingBucket])[] {
  return [...(requests ? [['requests', requests] as const] : []), ...(tokens ? [['tokens', tokens] as const] : [])];
}

function leftHeaders(buckets: Buckets, dialect: LimitDialect, now: number): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [unit, bucket] of entriesOf(buckets)) {
    const untilFull = bucket.untilFull(now);
    const [limit, remaining] = [String(bucket.limit), String(bucket.left(now))];
    if (dialect === 'openai') {
      headers[`x-ratelimit-limit-${unit}`] = limit;
      headers[`x-ratelimit-remaining-${unit}`] = remaining;
      headers[`x-ratelimit-reset-${unit}`] = durationOf(untilFull);
    } else {
      headers[`anthropic-ratelimit-${unit}-limit`] = limit;
      headers[`anthropic-ratelimit-${unit}-remaining`] = remaining;
      headers[`anthropic-ratelimit-${unit}-reset`] = new Date(now + untilFull).toISOString();
    }
  }
  return headers;
}

/** As OpenAI writes it: `6m0s`, `1.5s`, `20ms`. */
function durationOf(milliseconds: number): string {
  const whole = Math.ceil(milliseconds);
  if (whole < SECOND) return `${whole}ms`;
  const minutes = Math.floor(whole / MINUTE);
  return `${minutes > 0 ? `${minutes}m` : ''}${(whole % MINUTE) / SECOND}s`;
}
