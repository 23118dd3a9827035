import { retryAfterMilliseconds } from '../handle-failure/retry-after.policy.js';

/** What a provider says is left of one of its own limits. */
export interface Allowance {
  readonly remaining: number;
  readonly limit?: number;
  /** Until all of the limit is there again. */
  readonly resetMilliseconds?: number;
}

/** What a provider says is left for the credential that it was called with. */
export interface ProviderAllowance {
  readonly requests?: Allowance;
  readonly tokens?: Allowance;
}

/** Whatever has headers, by their lower-case names. */
interface Answered {
  header(name: string): string | undefined;
}

type Names = readonly [remaining: string, limit: string, reset: string];

/** OpenAI's, Azure's and Groq's; Anthropic's; Mistral's and Cerebras' by the minute; Together's and others' plain ones. */
const REQUESTS: readonly Names[] = [
  ['x-ratelimit-remaining-requests', 'x-ratelimit-limit-requests', 'x-ratelimit-reset-requests'],
  [
    'anthropic-ratelimit-requests-remaining',
    'anthropic-ratelimit-requests-limit',
    'anthropic-ratelimit-requests-reset',
  ],
  ['x-ratelimit-remaining-req-minute', 'x-ratelimit-limit-req-minute', 'x-ratelimit-reset-req-minute'],
  ['x-ratelimit-remaining', 'x-ratelimit-limit', 'x-ratelimit-reset'],
];
/** Anthropic's `tokens` is the tightest of its several. Mistral's older name is of the minute too. */
const TOKENS: readonly Names[] = [
  ['x-ratelimit-remaining-tokens', 'x-ratelimit-limit-tokens', 'x-ratelimit-reset-tokens'],
  ['anthropic-ratelimit-tokens-remaining', 'anthropic-ratelimit-tokens-limit', 'anthropic-ratelimit-tokens-reset'],
  [
    'anthropic-ratelimit-input-tokens-remaining',
    'anthropic-ratelimit-input-tokens-limit',
    'anthropic-ratelimit-input-tokens-reset',
  ],
  ['x-ratelimit-remaining-tokens-minute', 'x-ratelimit-limit-tokens-minute', 'x-ratelimit-reset-tokens-minute'],
  ['ratelimitbysize-remaining', 'ratelimitbysize-limit', 'ratelimitbysize-reset'],
  ['x-tokenlimit-remaining', 'x-tokenlimit-limit', 'x-tokenlimit-reset'],
];
/** `1h2m3.5s`, `6m0s`, `20ms`. */
const DURATION = /^(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?$/;
/** A bare number beyond this is a moment (seconds since the Unix epoch), and beyond the next one in milliseconds. */
const EPOCH_SECONDS = 1e9;
const EPOCH_MILLISECONDS = 1e12;

/** What the headers of an answer say is left, in whichever provider's names; undefined where they say nothing. */
export function allowanceIn(answer: Answered, nowEpochMilliseconds: number): ProviderAllowance | undefined {
  const requests = first(REQUESTS, answer, nowEpochMilliseconds);
  const tokens = first(TOKENS, answer, nowEpochMilliseconds);
  if (!requests && !tokens) return undefined;
  return { ...(requests ? { requests } : {}), ...(tokens ? { tokens } : {}) };
}

/** How long a refusal asks to wait, in milliseconds: exactly where the provider says so (`retry-after-ms`), else by `retry-after`. */
export function askedWaitMilliseconds(answer: Answered, nowEpochMilliseconds: number): number | undefined {
  const exact = answer.header('retry-after-ms');
  const milliseconds = exact === undefined || exact.trim() === '' ? Number.NaN : Number(exact);
  if (Number.isFinite(milliseconds) && milliseconds >= 0) return milliseconds;
  return retryAfterMilliseconds(answer.header('retry-after'), nowEpochMilliseconds);
}

/** How long until a moment that is said as a duration, in seconds, as a time of day or since the epoch. */
export function untilReset(text: string, nowEpochMilliseconds: number): number | undefined {
  const value = text.trim();
  if (value === '') return undefined;
  const number = Number(value);
  if (!Number.isNaN(number)) return positive(ofNumber(number, nowEpochMilliseconds));
  const parts = DURATION.exec(value);
  if (!parts) return positive(Date.parse(value) - nowEpochMilliseconds);
  const [hours, minutes, seconds, milliseconds] = parts.slice(1, 5).map(Number);
  return positive(((orNone(hours) * 60 + orNone(minutes)) * 60 + orNone(seconds)) * 1_000 + orNone(milliseconds));
}

/** Parts that are absent are no number. */
function orNone(value = 0): number {
  return Number.isNaN(value) ? 0 : value;
}

function ofNumber(number: number, now: number): number {
  if (number >= EPOCH_MILLISECONDS) return number - now;
  return number >= EPOCH_SECONDS ? number * 1_000 - now : number * 1_000;
}

function positive(milliseconds: number): number | undefined {
  return Number.isFinite(milliseconds) ? Math.max(0, milliseconds) : undefined;
}

function first(families: readonly Names[], answer: Answered, now: number): Allowance | undefined {
  for (const [remainingName, limitName, resetName] of families) {
    const remaining = countIn(answer.header(remainingName));
    if (remaining === undefined) continue;
    const limit = countIn(answer.header(limitName));
    const reset = answer.header(resetName);
    const resetMilliseconds = reset === undefined ? undefined : untilReset(reset, now);
    return {
      remaining,
      // What leaves more than there is at most was counted by somebody else's measure.
      ...(limit === undefined || limit < Math.max(1, remaining) ? {} : { limit }),
      ...(resetMilliseconds === undefined ? {} : { resetMilliseconds }),
    };
  }
  return undefined;
}

/** Some say -1 where they do not count. */
function countIn(text: string | undefined): number | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  const count = Number(text);
  return Number.isFinite(count) && count >= 0 ? count : undefined;
}
