import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  actorOf,
  Subject,
  type AuditNoted,
  type BudgetEntry,
  type BudgetGrant,
  type BudgetGrantReply,
} from '#libs/contracts';
import { DurablePublisher, QueryRefused } from '#libs/messaging';
import { Database, type Transaction } from '#libs/storage';
import { Account } from '../keep-ledger/charge-entries.policy.js';
import { LedgerAccounts } from '../keep-ledger/ledger-accounts.repository.js';
import { LeaseBudgetHandler, stateOf } from '../lease-budget/lease-budget.handler.js';
import { addAccountDays } from '../price-call/roll-up-usage.sql.js';
import { openPeriod } from '../lease-budget/reservations.repository.js';

/** What a period may hold altogether, so that sums stay far from what Postgres can count. */
const MOST_GRANTED_NANO_USD = 10n ** 17n;
const ID_DIGITS = 24;

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

const IS_SAME = `
SELECT 1 FROM billing.budget_grants budget_grant JOIN billing.budget_periods period ON period.id = period_id
WHERE budget_grant.id = $1 AND budget_id = $2 AND subject = $3 AND amount_nano_usd = $4::bigint`;

/** Adds once to what a budget's period may spend: a one-off addition, or for a budget that is prepaid the credit that was bought. */
@Injectable()
export class GrantCreditHandler {
  constructor(
    private readonly database: Database,
    private readonly accounts: LedgerAccounts,
    private readonly budgets: LeaseBudgetHandler,
    private readonly publisher: DurablePublisher,
  ) {}

  /**
   * Resolves when the trail has it, too: a grant that was asked for again because that failed is told again, under the same id.
   * @throws QueryRefused 403 for anybody but the bootstrap key, 400 for more than can be counted or an end user whom the budget
   * does not count, 404 for an unknown budget, 409 for the id of another grant.
   */
  async grant(asked: BudgetGrant): Promise<BudgetGrantReply> {
    if (!asked.caller.admin) refuse(403, 'admin_key_required', 'Credits are granted with the admin key only.');
    if (BigInt(asked.nanoUsd) === 0n) refuse(400, 'invalid_amount', 'A grant must be more than nothing.');
    const budget = this.budgets.find(asked.budget);
    if (!budget) return refuse(404, 'budget_not_found', `There is no budget '${asked.budget.slice(0, 100)}'.`);
    requireSubject(budget, asked.subject);
    const names = [Account.cash, Account.credits(budget.organization)];
    const numbers = await this.accounts.numbersOf(new Set(names));
    const accounts = names.map((name) => numbers.get(name));
    const reply = await this.database.transaction((transaction) => grantIn(transaction, asked, { budget, accounts }));
    const note = noteOf(budget, asked);
    await this.publisher.publish(Subject.auditNoted(budget.organization), JSON.stringify(note), {
      messageId: note.noteId,
    });
    return reply;
  }
}

async function grantIn(
  transaction: Transaction,
  { caller, subject, nanoUsd, id, note }: BudgetGrant,
  { budget, accounts }: { readonly budget: BudgetEntry; readonly accounts: readonly (number | undefined)[] },
): Promise<BudgetGrantReply> {
  const amount = BigInt(nanoUsd);
  const before = await openPeriod(transaction, budget, subject);
  if (before.most + amount > MOST_GRANTED_NANO_USD) {
    refuse(400, 'invalid_amount', 'A budget with this grant would be larger than can be counted; grant less.');
  }
  const by = `${caller.organization}/${caller.project}/${caller.key}`;
  const granted = await transaction.query(GRANT, [id, before.id, nanoUsd, note ?? null, by, ...accounts]);
  const isNew = granted.length === 1;
  if (!isNew && (await transaction.query(IS_SAME, [id, budget.id, subject, nanoUsd])).length === 0) {
    refuse(409, 'grant_id_used', `'${id}' is the id of another grant; give each grant an id of its own.`, 'id');
  }
  return { isNew, state: stateOf({ ...before, most: isNew ? before.most + amount : before.most }) };
}

/** Money that is granted to somebody whom no request counts for could not be spent. */
function requireSubject({ id, scope }: BudgetEntry, subject: string): void {
  if (scope?.eachEndUser && subject === '') {
    refuse(
      400,
      'end_user_required',
      `Each end user has the budget '${id}' for itself: say whose by end_user.`,
      'end_user',
    );
  }
  if (!scope?.eachEndUser && subject !== '') {
    refuse(
      400,
      'end_user_not_counted',
      `The budget '${id}' is not of single end users; leave end_user out.`,
      'end_user',
    );
  }
}

function noteOf({ id, organization, project }: BudgetEntry, asked: BudgetGrant): AuditNoted {
  const digest = createHash('sha256').update(asked.id).digest('hex').slice(0, ID_DIGITS);
  return {
    noteId: `note_grant_${digest}`,
    organization,
    ...(project === undefined ? {} : { project }),
    type: 'credit.granted',
    actor: actorOf(asked.caller),
    subject: { kind: 'budget', id },
    detail: {
      grant: asked.id,
      nanoUsd: asked.nanoUsd,
      ...(asked.subject === '' ? {} : { endUser: asked.subject }),
      ...(asked.note === undefined ? {} : { note: asked.note }),
    },
    happenedAt: Date.now(),
  };
}

function refuse(status: number, code: string, message: string, param?: string): never {
  throw new QueryRefused({ status, code, message, ...(param === undefined ? {} : { param }) });
}
