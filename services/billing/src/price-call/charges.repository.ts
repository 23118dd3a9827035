import { Injectable } from '@nestjs/common';
import { Database, isDuplicate, storableText } from '#libs/storage';
import { Account, chargeEntries } from '../keep-ledger/charge-entries.policy.js';
import { LedgerAccounts } from '../keep-ledger/ledger-accounts.repository.js';
import { LedgerNumbers } from '../keep-ledger/ledger-numbers.repository.js';
import type { PricedEvent } from './charge.policy.js';
import type { EnteredCharge } from './entered-charge.js';
import { chargesParameters, RECORD_AND_SETTLE, RECORD_CHARGES, settlementsParameters } from './record-charges.sql.js';

/** How often a bundle is done again because another process has charged a request of it at the same moment. */
const MOST_REPEATS = 10;

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
    private readonly numbers: LedgerNumbers,
  ) {}

  /** Records charges of different requests and settles their holds, all or none. */
  async record(events: readonly PricedEvent[]): Promise<RecordedCharges> {
    // In one order everywhere, so that two processes that were given the same messages cannot lock each other out.
    let left = events.toSorted((one, other) => (one.event.requestId < other.event.requestId ? -1 : 1));
    const chargedBefore: string[] = [];
    for (let repeats = 0; left.length > 0; repeats++) {
      try {
        const recorded = await this.recordNew(left);
        if (recorded.chargedBefore.length === 0) return { chargedBefore, periods: recorded.periods };
        const before = new Set(recorded.chargedBefore);
        chargedBefore.push(...before);
        left = left.filter(({ event }) => !before.has(event.requestId));
      } catch (error) {
        // Another process has charged one of them while this one was at it; now it can be seen.
        if (!isDuplicate(error) || repeats >= MOST_REPEATS) throw error;
      }
    }
    return { chargedBefore, periods: [] };
  }

  /** Does nothing but to say which where any of them was charged before. */
  private async recordNew(events: readonly PricedEvent[]): Promise<RecordedCharges> {
    const charges = await this.entered(events);
    const numbers = await this.accounts.numbersOf(namesOf(charges));
    const parameters = chargesParameters(charges, numbers);
    const settlements = settlementsParameters(events);
    if (settlements.length === 0) {
      const rows = await this.database.queryPrepared<{ request_id: string }>(RECORD_CHARGES, parameters);
      return { chargedBefore: rows.map((row) => row.request_id), periods: [] };
    }
    const [recorded] = await this.database.queryPrepared<RecordedCharges>(RECORD_AND_SETTLE, [
      ...parameters,
      ...settlements,
    ]);
    return recorded ?? { chargedBefore: [], periods: [] };
  }

  private async entered(events: readonly PricedEvent[]): Promise<EnteredCharge[]> {
    const entries = events.map((priced) => chargeEntries(priced));
    let next = await this.numbers.take(entries.filter(({ length }) => length > 0).length);
    return events.map((priced, place) => {
      const ofCharge = entries[place] ?? [];
      const transaction = ofCharge.length > 0 ? next++ : undefined;
      return { priced, model: storableText(priced.event.model), entries: ofCharge, transaction };
    });
  }
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
