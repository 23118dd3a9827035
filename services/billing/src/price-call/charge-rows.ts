import { RowsParameter, storableText } from '#libs/storage';
import type { PricedAttempt, PricedEvent } from './charge.policy.js';
import type { EnteredCharge } from './entered-charge.js';
import { FURTHER_TOKENS, UNITS, usedOf } from './further-usage.policy.js';
import type { HoldSettlement } from './settlements-of.policy.js';
import type { ChargedSum, HourSum, ProviderDaySum } from './sums-of-charges.js';

/** Rows of `billing.charges`. */
export const CHARGES = new RowsParameter<EnteredCharge>([
  ['request_id', 'text', ({ priced }) => priced.event.requestId],
  ['organization', 'text', ({ priced }) => priced.event.organization],
  ['project', 'text', ({ priced }) => priced.event.project],
  ['key', 'text', ({ priced }) => priced.event.key],
  ['key_id', 'text', ({ priced }) => priced.event.keyId],
  ['model', 'text', ({ model }) => model],
  ['lane', 'text', ({ priced }) => priced.event.lane],
  ['outcome', 'text', ({ priced }) => priced.event.outcome],
  ['prompt_tokens', 'bigint', ({ priced }) => priced.promptTokens],
  ['completion_tokens', 'bigint', ({ priced }) => priced.completionTokens],
  ['cached_prompt_tokens', 'bigint', ({ priced }) => priced.cachedPromptTokens],
  ['cache_write_prompt_tokens', 'bigint', ({ priced }) => priced.cacheWritePromptTokens],
  ['further_usage', 'jsonb', ({ priced }) => priced.furtherUsage && JSON.stringify(priced.furtherUsage)],
  ['cost_nano_usd', 'bigint', ({ priced }) => priced.costNanoUsd],
  ['waste_nano_usd', 'bigint', ({ priced }) => priced.wasteNanoUsd],
  ['overrun_nano_usd', 'bigint', ({ priced }) => priced.overrunNanoUsd],
  ['markup_millionths', 'integer', ({ priced }) => priced.markupMillionths],
  ['baseline_nano_usd', 'bigint', ({ priced }) => priced.baselineNanoUsd],
  ['baseline_price_version', 'text', ({ priced }) => priced.baselinePriceVersion],
  ['batch_id', 'text', ({ priced }) => lineOf(priced)?.batchId],
  ['line', 'integer', ({ priced }) => lineOf(priced)?.line],
  ['ended_at', 'timestamptz', ({ priced }) => priced.event.endedAt],
]);

function lineOf({ event: { job } }: PricedEvent) {
  return job && 'batchId' in job ? job : undefined;
}

/** An attempt that used something, and its request. */
export interface ChargedLine {
  readonly requestId: string;
  readonly line: PricedAttempt;
}

/** Rows of `billing.charge_lines`. */
export const LINES = new RowsParameter<ChargedLine>([
  ['request_id', 'text', ({ requestId }) => requestId],
  ['attempt', 'integer', ({ line }) => line.attempt],
  ['provider', 'text', ({ line }) => line.provider],
  ['model', 'text', ({ line }) => storableText(line.model)],
  ['price_version', 'text', ({ line }) => line.priceVersion],
  ['prompt_tokens', 'bigint', ({ line }) => line.usage.promptTokens],
  ['completion_tokens', 'bigint', ({ line }) => line.usage.completionTokens],
  ['cached_prompt_tokens', 'bigint', ({ line }) => line.usage.cachedPromptTokens ?? 0],
  ['cache_write_prompt_tokens', 'bigint', ({ line }) => line.usage.cacheWritePromptTokens ?? 0],
  ['reasoning_tokens', 'bigint', ({ line }) => line.usage.reasoningTokens ?? 0],
  ['further_tokens', 'jsonb', ({ line }) => jsonOf(usedOf(line.usage, FURTHER_TOKENS))],
  ['units', 'jsonb', ({ line }) => jsonOf(usedOf(line.usage, UNITS))],
  ['usage_basis', 'text', ({ line }) => line.usageBasis],
  ['cost_nano_usd', 'bigint', ({ line }) => line.costNanoUsd],
  ['payer', 'text', ({ line }) => line.payer],
]);

const jsonOf = (value: object | undefined): string | undefined => value && JSON.stringify(value);

/** Transactions of the ledger, and the requests that they are of. */
export const TRANSACTIONS = new RowsParameter<{ readonly id: number; readonly requestId: string }>([
  ['id', 'bigint', ({ id }) => id],
  ['reference', 'text', ({ requestId }) => requestId],
]);

/** Rows of `billing.ledger_entries`. */
export const ENTRIES = new RowsParameter<{
  readonly transaction: number;
  readonly account: number;
  readonly nanoUsd: bigint;
}>([
  ['transaction_id', 'bigint', ({ transaction }) => transaction],
  ['account_id', 'integer', ({ account }) => account],
  ['amount_nano_usd', 'bigint', ({ nanoUsd }) => nanoUsd],
]);

/** What the entries of a bundle move on an account altogether. */
export const MOVEMENTS = new RowsParameter<{
  readonly account: number;
  readonly nanoUsd: bigint;
  readonly entries: number;
}>([
  ['account_id', 'integer', ({ account }) => account],
  ['amount_nano_usd', 'bigint', ({ nanoUsd }) => nanoUsd],
  ['entries', 'bigint', ({ entries }) => entries],
]);

/** Rows for `billing.usage_hours`, with the names that they have there. */
export const HOURS = new RowsParameter<HourSum>([
  ...hourKeys<HourSum>((sum) => sum),
  ['requests', 'bigint', (sum) => sum.requests],
  ['prompt_tokens', 'bigint', (sum) => sum.promptTokens],
  ['completion_tokens', 'bigint', (sum) => sum.completionTokens],
  ['cached_prompt_tokens', 'bigint', (sum) => sum.cachedPromptTokens],
  ['cache_write_prompt_tokens', 'bigint', (sum) => sum.cacheWritePromptTokens],
  ['reasoning_tokens', 'bigint', (sum) => sum.reasoningTokens],
  ['cache_write_1h_prompt_tokens', 'bigint', (sum) => sum.cacheWrite1hPromptTokens],
  ['images', 'bigint', (sum) => sum.images],
  ['audio_milliseconds', 'bigint', (sum) => sum.audioMilliseconds],
  ['characters', 'bigint', (sum) => sum.characters],
  ['searches', 'bigint', (sum) => sum.searches],
  ['web_searches', 'bigint', (sum) => sum.webSearches],
  ['cost_nano_usd', 'bigint', (sum) => sum.costNanoUsd],
  ['overrun_nano_usd', 'bigint', (sum) => sum.overrunNanoUsd],
  ['baseline_nano_usd', 'bigint', (sum) => sum.baselineNanoUsd],
  ['provider_cost_nano_usd', 'bigint', (sum) => sum.providerCostNanoUsd],
  ['waste_nano_usd', 'bigint', (sum) => sum.wasteNanoUsd],
]);

/** So many requests of an hour's sum took as long as this bucket says. */
export interface LatencySum {
  readonly sum: HourSum;
  readonly bucket: number;
  readonly requests: number;
}

/** Rows for `billing.latency_hours`. */
export const LATENCIES = new RowsParameter<LatencySum>([
  ...hourKeys<LatencySum>(({ sum }) => sum),
  ['bucket', 'integer', ({ bucket }) => bucket],
  ['requests', 'bigint', ({ requests }) => requests],
]);

function hourKeys<Row>(of: (row: Row) => HourSum) {
  return [
    ['kind', 'text', (row: Row) => of(row).kind],
    ['value', 'text', (row: Row) => of(row).value],
    ['hour', 'timestamptz', (row: Row) => of(row).hour],
    ['organization', 'text', (row: Row) => of(row).organization],
    ['project', 'text', (row: Row) => of(row).project],
    ['key', 'text', (row: Row) => of(row).key],
    ['model', 'text', (row: Row) => of(row).model],
    ['provider', 'text', (row: Row) => of(row).provider],
  ] as const;
}

/** Rows for `billing.provider_days`. */
export const PROVIDER_DAYS = new RowsParameter<ProviderDaySum>([
  ['provider', 'text', (sum) => sum.provider],
  ['day', 'date', (sum) => sum.day],
  ['model', 'text', (sum) => sum.model],
  ['organization', 'text', (sum) => sum.organization],
  ['calls', 'bigint', (sum) => sum.calls],
  ['estimated_calls', 'bigint', (sum) => sum.estimatedCalls],
  ['prompt_tokens', 'bigint', (sum) => sum.promptTokens],
  ['completion_tokens', 'bigint', (sum) => sum.completionTokens],
  ['cached_prompt_tokens', 'bigint', (sum) => sum.cachedPromptTokens],
  ['cache_write_prompt_tokens', 'bigint', (sum) => sum.cacheWritePromptTokens],
  ['cost_nano_usd', 'bigint', (sum) => sum.costNanoUsd],
]);

/** Rows for `billing.charged_days`, all of the day that it is in Postgres. */
export const CHARGED = new RowsParameter<ChargedSum>([
  ['organization', 'text', (sum) => sum.organization],
  ['project', 'text', (sum) => sum.project],
  ['model', 'text', (sum) => sum.model],
  ['requests', 'bigint', (sum) => sum.requests],
  ['prompt_tokens', 'bigint', (sum) => sum.promptTokens],
  ['completion_tokens', 'bigint', (sum) => sum.completionTokens],
  ['cost_nano_usd', 'bigint', (sum) => sum.costNanoUsd],
]);

/** What a bundle draws from one reservation, and the number that its settlements name it by. */
export interface DrawnReservation {
  readonly number: number;
  readonly reservation: string;
  held: bigint;
  posted: bigint;
  overrun: bigint;
}

export const DRAWN = new RowsParameter<DrawnReservation>([
  ['number', 'integer', ({ number }) => number],
  ['reservation_id', 'text', ({ reservation }) => reservation],
  ['held', 'bigint', ({ held }) => held],
  ['posted', 'bigint', ({ posted }) => posted],
  ['overrun', 'bigint', ({ overrun }) => overrun],
]);

/** How the hold of a request on one budget ends. */
export const DUE = new RowsParameter<HoldSettlement & { readonly number: number; readonly requestId: string }>([
  ['request_id', 'text', ({ requestId }) => requestId],
  ['number', 'integer', ({ number }) => number],
  ['held_nano_usd', 'bigint', ({ held }) => held],
  ['posted_nano_usd', 'bigint', ({ posted }) => posted],
  ['overrun_nano_usd', 'bigint', ({ overrun }) => overrun],
]);
