import { Injectable } from '@nestjs/common';
import type { BudgetGrant, BudgetGrantReply } from '#libs/contracts';
import { QueryRefused } from '#libs/messaging';
import { Database } from '#libs/storage';
import { Account } from '../keep-ledger/charge-entries.policy.js';
import { LedgerAccounts } from '../keep-ledger/ledger-accounts.repository.js';
import { LeaseBudgetHandler, stateOf } from '../lease-budget/lease-budget.handler.js';
import { addAccountDays } from '../price-call/roll-up-usage.sql.js';
import { openPeriod } from '../lease-budget/reservations.repository.js';

/** What a period may hold altogether, so that sums stay far from what Postgres can count. */
const MOST_GRANTED_NANO_USD = 10n ** 17n;

const GRANT = `
WITH granted AS (
  INSERT INTO billing.budget_grants (id, period_id, amount_nano_usd, note, granted_by)
  VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING id
), raised AS (
  UPDATE billing.budget_periods SET granted_nano_usd = granted_nano_usd + $3
  WHERE id = $2 AND EXISTS (SELECT FROM granted)
), noted AS (
  INSERT INTO billing.ledger_transactions (id, kind, reference)
  SELECT nextval('billing.ledger_transaction_ids'), 'grant', id FROM granted RETURNING id
), entered AS (
  INSERT INTO billing.ledger_entries (transaction_id, account_id, amount_nano_usd)
  SELECT noted.id, entry.* FROM noted, (VALUES ($6::integer, $3::bigint), ($7::integer, -$3::bigint)) entry
  RETURNING account_id, amount_nano_usd, 1 AS entries
), moved AS (${addAccountDays('entered')}
)
SELECT id FROM granted`;

/** Adds once to what a budget's period may spend: a one-off addition, or for a budget that is prepaid the credit that was bought. */
@Injectable()
export class GrantCreditHandler {
  constructor(
    private readonly database: Database,
    private readonly accounts: LedgerAccounts,
    private readonly budgets: LeaseBudgetHandler,
  ) {}

  /** @throws QueryRefused 403 for anybody but the bootstrap key, 400 for more than can be counted, 404 for an unknown budget. */
  async grant({ caller, budget: id, subject, nanoUsd, id: grantId, note }: BudgetGrant): Promise<BudgetGrantReply> {
    if (!caller.admin) refuse(403, 'admin_key_required', 'Credits are granted with the admin key only.');
    const amount = BigInt(nanoUsd);
    if (amount === 0n) refuse(400, 'invalid_amount', 'A grant must be more than nothing.');
    const budget = this.budgets.find(id);
    if (!budget) return refuse(404, 'budget_not_found', `There is no budget '${id.slice(0, 100)}'.`);
    const names = [Account.cash, Account.credits(budget.organization)] as const;
    const numbers = await this.accounts.numbersOf(new Set(names));
    return this.database.transaction(async (transaction) => {
      const before = await openPeriod(transaction, budget, subject);
      if (before.most + amount > MOST_GRANTED_NANO_USD) {
        refuse(400, 'invalid_amount', 'A budget with this grant would be larger than can be counted; grant less.');
      }
      const by = `${caller.organization}/${caller.project}/${caller.key}`;
      const granted = await transaction.query(GRANT, [
        grantId,
        before.id,
        nanoUsd,
        note ?? null,
        by,
        ...names.map((name) => numbers.get(name)),
      ]);
      const isNew = granted.length === 1;
      return { isNew, state: stateOf({ ...before, most: isNew ? before.most + amount : before.most }) };
    });
  }
}

function refuse(status: number, code: string, message: string): never {
  throw new QueryRefused({ status, code, message });
}
