import { Injectable } from '@nestjs/common';
import type { BudgetEntry, HoldPlace, HoldPlaceReply } from '#libs/contracts';
import { Database, type Transaction } from '#libs/storage';
import { Account } from '../keep-ledger/charge-entries.policy.js';
import { LedgerAccounts } from '../keep-ledger/ledger-accounts.repository.js';
import { LeaseBudgetHandler } from '../lease-budget/lease-budget.handler.js';
import { newIdentifier, openPeriod, type OpenPeriod } from '../lease-budget/reservations.repository.js';
import { fittingRequests } from './fitting-requests.policy.js';

const PLACE_ALL = `
WITH given AS MATERIALIZED (
  SELECT * FROM json_to_recordset($1) AS given(
    id text, period_id text, request_id text, nano_usd bigint, holds integer, commitments integer)
), placed AS (
  INSERT INTO billing.reservations
    (id, period_id, kind, holder, request_id, placed_nano_usd, remaining_nano_usd, expires_at)
  SELECT id, period_id, 'hold', 'jobs', request_id, nano_usd, nano_usd, to_timestamp($2::double precision / 1000) FROM given
), sums AS (
  SELECT period_id, holds, commitments, sum(nano_usd)::bigint AS nano_usd FROM given GROUP BY 1, 2, 3
), taken AS (
  UPDATE billing.budget_periods period SET held_nano_usd = held_nano_usd + sums.nano_usd
  FROM sums WHERE period.id = sums.period_id
), numbered AS MATERIALIZED (
  SELECT nextval('billing.ledger_transaction_ids') AS id, sums.* FROM sums WHERE nano_usd > 0
), noted AS (
  INSERT INTO billing.ledger_transactions (id, kind, reference) SELECT id, 'hold', period_id FROM numbered
)
INSERT INTO billing.ledger_entries (transaction_id, account_id, amount_nano_usd)
SELECT id, entry.account, entry.amount
FROM numbered, LATERAL (VALUES (holds, nano_usd), (commitments, -nano_usd)) entry(account, amount)`;

/** Sets money aside for requests of the durable lane, a chunk at a time, on every budget that counts them. */
@Injectable()
export class PlaceHoldHandler {
  constructor(
    private readonly database: Database,
    private readonly accounts: LedgerAccounts,
    private readonly budgets: LeaseBudgetHandler,
  ) {}

  /** @throws QueryRefused 503 for a budget that this process has not heard of yet. */
  async place({ requests, expiresAt }: HoldPlace): Promise<HoldPlaceReply> {
    const applied = new Map(requests.flatMap((request) => request.budgets).map((one) => [keyOf(one), one]));
    // In one order everywhere, as their rows are locked.
    const sorted = [...applied].toSorted(([left], [right]) => (left < right ? -1 : 1));
    const named = sorted.map(([key, { budget, subject }]) => ({ key, subject, budget: this.budgets.budgetOf(budget) }));
    const numbers = await this.accounts.numbersOf(new Set(named.flatMap(({ budget }) => accountsOf(budget))));
    return this.database.transaction(async (transaction) => {
      const periods = new Map<string, OpenPeriod>();
      for (const { key, budget, subject } of named) {
        periods.set(key, await openPeriod(transaction, budget, subject));
      }
      const before = await heldBefore(transaction, requests);
      const asked = requests.map(({ requestId, nanoUsd, budgets }) => ({
        requestId,
        nanoUsd: BigInt(nanoUsd),
        periods: budgets.map(keyOf),
      }));
      const { placed, fresh, short } = fittingRequests(asked, periods, before);
      const accountOf = new Map(
        named.map(({ key, budget }) => [key, accountsOf(budget).map((name) => numbers.get(name))]),
      );
      const rows = fresh.flatMap((request) =>
        request.periods.map((key) => ({
          id: newIdentifier('hold'),
          period_id: periods.get(key)?.id,
          request_id: request.requestId,
          nano_usd: request.nanoUsd.toString(),
          holds: accountOf.get(key)?.[0],
          commitments: accountOf.get(key)?.[1],
        })),
      );
      if (rows.length > 0) await transaction.query(PLACE_ALL, [JSON.stringify(rows), expiresAt]);
      return { placed, ...shortOf(short, applied, periods) };
    });
  }
}

/** What of the budget is left where nothing of it is held: never less than nothing. */
function shortOf(
  key: string | undefined,
  applied: ReadonlyMap<string, { budget: string; subject: string }>,
  periods: ReadonlyMap<string, OpenPeriod>,
): Pick<HoldPlaceReply, 'short'> {
  const [budget, period] = key === undefined ? [] : [applied.get(key), periods.get(key)];
  if (!budget || !period) return {};
  const unspent = period.most - period.posted;
  const resets = period.endsAt === undefined ? {} : { resetsAt: period.endsAt };
  return { short: { ...budget, unspentNanoUsd: (unspent > 0n ? unspent : 0n).toString(), ...resets } };
}

/** Requests that are held, or were: what was published once is not held a second time. */
async function heldBefore(transaction: Transaction, requests: HoldPlace['requests']): Promise<ReadonlySet<string>> {
  const rows = await transaction.query<{ id: string }>(
    'SELECT DISTINCT request_id AS id FROM billing.reservations WHERE request_id = ANY($1)',
    [requests.map(({ requestId }) => requestId)],
  );
  return new Set(rows.map(({ id }) => id));
}

function keyOf({ budget, subject }: { budget: string; subject: string }): string {
  return `${budget} ${subject}`;
}

function accountsOf({ organization }: BudgetEntry): [string, string] {
  return [Account.holds(organization), Account.commitments(organization)];
}
