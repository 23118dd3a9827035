import { Injectable } from '@nestjs/common';
import { Database, storableText } from '#libs/storage';
import { Account, chargeEntries } from '../keep-ledger/charge-entries.policy.js';
import { LedgerAccounts } from '../keep-ledger/ledger-accounts.repository.js';
import type { PricedEvent } from './charge.policy.js';
import { callCosts } from './call-costs.policy.js';
import { FURTHER_TOKENS, UNITS, usedOf } from './further-usage.policy.js';
import { latencyBucket } from './latency-bucket.policy.js';
import { RECORD_AND_SETTLE, RECORD_CHARGES } from './record-charges.sql.js';
import { settlementsOf } from './settlements-of.policy.js';

/** How a budget stands after requests of it were settled. */
export interface SettledPeriod {
  readonly period: string;
  readonly budget: string;
  readonly subject: string;
  readonly startsAt: number;
  readonly limitNanoUsd: string;
  readonly grantedNanoUsd: string;
  readonly postedNanoUsd: string;
  /** The highest share of the limit that was notified of. */
  readonly alertedMillionths: number;
}

/** What came of a batch of charges. */
export interface RecordedCharges {
  /** Ids of requests that were charged before, and to which nothing was done. */
  readonly chargedBefore: readonly string[];
  readonly periods: readonly SettledPeriod[];
}

@Injectable()
export class ChargesRepository {
  constructor(
    private readonly database: Database,
    private readonly accounts: LedgerAccounts,
  ) {}

  /** Records charges of different requests and settles their holds, all or none. */
  async record(events: readonly PricedEvent[]): Promise<RecordedCharges> {
    // In one order everywhere, so that two processes that were given the same messages cannot lock each other out.
    const sorted = events.toSorted((left, right) => (left.event.requestId < right.event.requestId ? -1 : 1));
    const entered = sorted.map((priced) => ({ priced, entries: chargeEntries(priced) }));
    const numbers = await this.accounts.numbersOf(namesOf(entered));
    const parameters = [
      JSON.stringify(entered.map(chargeRow)),
      JSON.stringify(sorted.flatMap(lineRows)),
      ...entryColumns(entered, numbers),
    ];
    const settlements = settlementColumns(sorted);
    if (!settlements) {
      const rows = await this.database.queryPrepared<{ request_id: string }>(RECORD_CHARGES, parameters);
      return { chargedBefore: rows.map((row) => row.request_id), periods: [] };
    }
    const [recorded] = await this.database.queryPrepared<RecordedCharges>(RECORD_AND_SETTLE, [
      ...parameters,
      ...settlements,
    ]);
    return recorded ?? { chargedBefore: [], periods: [] };
  }
}

interface EnteredCharge {
  readonly priced: PricedEvent;
  readonly entries: ReturnType<typeof chargeEntries>;
}

/** Also those that the release of holds is entered on. */
function namesOf(charges: readonly EnteredCharge[]): Set<string> {
  const names = new Set<string>();
  for (const { priced, entries } of charges) {
    for (const { account } of entries) names.add(account);
    const { hold, organization } = priced.event;
    if (hold) names.add(Account.holds(organization)).add(Account.commitments(organization));
  }
  return names;
}

/** Places of the charges, numbers of the accounts, amounts. */
function entryColumns(charges: readonly EnteredCharge[], numbers: ReadonlyMap<string, number>): string[] {
  const rows = charges.flatMap(({ entries }, place) =>
    entries.map(({ account, nanoUsd }) => [place, numbers.get(account) ?? 0, nanoUsd]),
  );
  return columnsOf(rows, 3);
}

/** Places of the charges, the reservations that are meant, and for each settlement which of them, held, posted and overrun. */
function settlementColumns(events: readonly PricedEvent[]): unknown[] | undefined {
  const reservations = new Map<string, number>();
  const rows = events.flatMap((priced, place) =>
    settlementsOf(priced).map(({ reservation, held, posted, overrun }) => {
      const number = reservations.get(reservation) ?? reservations.size + 1;
      reservations.set(reservation, number);
      return [place, number, held, posted, overrun];
    }),
  );
  if (rows.length === 0) return undefined;
  const [places, ...others] = columnsOf(rows, 5);
  return [places, [...reservations.keys()], ...others];
}

/** Postgres reads arrays of numbers several times faster than objects in JSON. */
function columnsOf(rows: readonly (readonly (number | bigint)[])[], count: number): string[] {
  return Array.from({ length: count }, (_, column) => `{${rows.map((row) => row[column]).join(',')}}`);
}

function chargeRow({ priced: { event, ...sums }, entries }: EnteredCharge, place: number) {
  return {
    place,
    request_id: event.requestId,
    organization: event.organization,
    project: event.project,
    key: event.key,
    model: storableText(event.model),
    lane: event.lane,
    outcome: event.outcome,
    prompt_tokens: sums.promptTokens,
    completion_tokens: sums.completionTokens,
    cached_prompt_tokens: sums.cachedPromptTokens,
    cache_write_prompt_tokens: sums.cacheWritePromptTokens,
    further_usage: sums.furtherUsage,
    cost_nano_usd: sums.costNanoUsd.toString(),
    waste_nano_usd: sums.wasteNanoUsd.toString(),
    overrun_nano_usd: sums.overrunNanoUsd.toString(),
    markup_millionths: sums.markupMillionths,
    baseline_nano_usd: sums.baselineNanoUsd.toString(),
    baseline_price_version: sums.baselinePriceVersion,
    ...(event.job && 'batchId' in event.job ? { batch_id: event.job.batchId, line: event.job.line } : {}),
    ended_at_milliseconds: event.endedAt,
    is_posted: entries.length > 0,
    ...rolledUpBy(event, sums.lines),
  };
}

/** What usage reports tell apart and a charge does not keep: whoever served it last stands for all of it. */
function rolledUpBy(event: PricedEvent['event'], lines: PricedEvent['lines']) {
  const ofCaller = lines.filter(({ payer }) => payer === 'caller');
  const provider = ofCaller.at(-1)?.provider;
  const { served, elsewhere } = callCosts(lines, provider ?? '');
  return {
    provider,
    served_cost_nano_usd: served.cost.toString(),
    served_waste_nano_usd: served.waste.toString(),
    ...(elsewhere.length === 0 ? {} : { called_elsewhere: elsewhere }),
    reasoning_tokens: ofCaller.reduce((sum, { usage }) => sum + (usage.reasoningTokens ?? 0), 0),
    ...(event.endUser === undefined ? {} : { end_user: storableText(event.endUser) }),
    ...(event.facts?.tags ? { tags: event.facts.tags.map((tag) => storableText(tag)) } : {}),
    latency_bucket: latencyBucket(event.endedAt - event.receivedAt),
  };
}

function lineRows({ event, lines }: PricedEvent) {
  return lines.map(({ usage, ...line }) => ({
    request_id: event.requestId,
    organization: event.organization,
    day: new Date(event.endedAt).toISOString().slice(0, 10),
    attempt: line.attempt,
    provider: line.provider,
    model: storableText(line.model),
    price_version: line.priceVersion,
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.completionTokens,
    cached_prompt_tokens: usage.cachedPromptTokens ?? 0,
    cache_write_prompt_tokens: usage.cacheWritePromptTokens ?? 0,
    reasoning_tokens: usage.reasoningTokens ?? 0,
    further_tokens: usedOf(usage, FURTHER_TOKENS),
    units: usedOf(usage, UNITS),
    usage_basis: line.usageBasis,
    cost_nano_usd: line.costNanoUsd.toString(),
    payer: line.payer,
  }));
}
