import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { BudgetEntry, LeaseReturn } from '#libs/contracts';
import { Database, type Transaction } from '#libs/storage';
import { Account } from '../keep-ledger/charge-entries.policy.js';
import { LedgerAccounts } from '../keep-ledger/ledger-accounts.repository.js';
import type { PeriodAmounts } from './lease-size.policy.js';

/** A budget's period at hand, whose row is locked. */
export interface OpenPeriod extends PeriodAmounts {
  readonly id: string;
  readonly limit: bigint;
  readonly exceededAt: Date | null;
  readonly startsAt: number;
  readonly endsAt: number | undefined;
  /** Until it ends, by the clock of the database; undefined where it never does. */
  readonly leftMilliseconds: number | undefined;
}

/** What is set aside, for whom and for how long. */
export interface Placement {
  readonly id: string;
  readonly kind: 'lease' | 'hold';
  readonly holder: string;
  readonly nanoUsd: bigint;
  readonly expiresInMilliseconds: number;
}

interface PeriodRow {
  id: string;
  most: string;
  posted: string;
  held: string;
  limit: string;
  exceededAt: Date | null;
  startsAt: number;
  endsAt: number | null;
  left: number | null;
}

/** A budget whose period was changed may find one that began at the same moment, and goes on with what was spent of that. */
const OPEN_PERIOD = `
INSERT INTO billing.budget_periods (id, budget_id, subject, organization, starts_at, ends_at, limit_nano_usd, highest_limit_nano_usd)
SELECT $1, $2, $3, $4, period.starts_at, period.ends_at, $5, $5 FROM billing.period_of($6, $7, now()) period
ON CONFLICT (budget_id, subject, starts_at) DO UPDATE SET limit_nano_usd = EXCLUDED.limit_nano_usd, ends_at = EXCLUDED.ends_at,
  highest_limit_nano_usd = greatest(budget_periods.highest_limit_nano_usd, EXCLUDED.limit_nano_usd)
RETURNING id, (limit_nano_usd + granted_nano_usd)::text AS most, posted_nano_usd::text AS posted, held_nano_usd::text AS held,
  limit_nano_usd::text AS "limit", exceeded_at AS "exceededAt",
  (extract(epoch FROM starts_at) * 1000)::float8 AS "startsAt", (extract(epoch FROM ends_at) * 1000)::float8 AS "endsAt",
  (extract(epoch FROM ends_at - clock_timestamp()) * 1000)::float8 AS "left"`;

/** Sets money aside where it fits: reservation, budget and ledger, or none of them. */
const PLACE = `
WITH taken AS (
  UPDATE billing.budget_periods SET held_nano_usd = held_nano_usd + $2
  WHERE id = $1 AND posted_nano_usd + held_nano_usd + $2 <= limit_nano_usd + granted_nano_usd RETURNING id
), placed AS (
  INSERT INTO billing.reservations (id, period_id, kind, holder, placed_nano_usd, remaining_nano_usd, expires_at)
  SELECT $3, id, $4, $5, $2, $2, clock_timestamp() + $6 * interval '1 millisecond' FROM taken RETURNING id
), noted AS (
  INSERT INTO billing.ledger_transactions (id, kind, reference)
  SELECT nextval('billing.ledger_transaction_ids'), 'hold', id FROM placed WHERE $2 > 0 RETURNING id
), entered AS (
  INSERT INTO billing.ledger_entries (transaction_id, account_id, amount_nano_usd)
  SELECT noted.id, entry.* FROM noted, (VALUES ($7::integer, $2::bigint), ($8::integer, -$2::bigint)) entry
)
SELECT id FROM placed`;

/**
 * Frees what is set aside: of each reservation so much, or all that is left where no amount is given, which also ends it. The rows
 * of budgets are locked in one order first, and whoever changes a reservation has locked its budget.
 */
const FREE = `
WITH given AS MATERIALIZED (
  SELECT id, sum(nano_usd)::bigint AS nano_usd, max(state) AS state
  FROM json_to_recordset($1) AS given(id text, nano_usd bigint, state text) GROUP BY id
), touched AS MATERIALIZED (
  SELECT id, organization FROM billing.budget_periods
  WHERE id IN (SELECT period_id FROM billing.reservations JOIN given USING (id)) ORDER BY id FOR UPDATE
), locked AS MATERIALIZED (
  SELECT reservation.id, reservation.period_id, touched.organization, given.state,
    least(coalesce(given.nano_usd, remaining_nano_usd), remaining_nano_usd) AS nano_usd
  FROM billing.reservations reservation JOIN given USING (id) JOIN touched ON touched.id = reservation.period_id
  WHERE reservation.state = 'held' FOR UPDATE OF reservation
), freed AS (
  UPDATE billing.reservations reservation SET
    remaining_nano_usd = remaining_nano_usd - locked.nano_usd,
    state = coalesce(locked.state, reservation.state),
    ended_at = CASE WHEN locked.state IS NULL THEN ended_at ELSE clock_timestamp() END
  FROM locked WHERE reservation.id = locked.id
  RETURNING reservation.id, reservation.period_id, locked.organization, locked.nano_usd
), lowered AS (
  UPDATE billing.budget_periods period SET held_nano_usd = held_nano_usd - sums.nano_usd
  FROM (SELECT period_id, sum(nano_usd)::bigint AS nano_usd FROM freed GROUP BY period_id) sums
  WHERE period.id = sums.period_id
), numbered AS MATERIALIZED (
  SELECT nextval('billing.ledger_transaction_ids') AS transaction_id, freed.* FROM freed WHERE nano_usd > 0
), noted AS (
  INSERT INTO billing.ledger_transactions (id, kind, reference) SELECT transaction_id, 'release', id FROM numbered
), entered AS (
  INSERT INTO billing.ledger_entries (transaction_id, account_id, amount_nano_usd)
  SELECT transaction_id, account.id, CASE side WHEN 'holds' THEN -nano_usd ELSE nano_usd END
  FROM numbered, unnest(ARRAY['holds', 'commitments']) side, billing.ledger_accounts account
  WHERE account.name = side || ':' || organization
)
SELECT id, nano_usd::text AS "nanoUsd" FROM freed`;

/** Past their time by the clock of the database; the oldest first. */
const FIND_EXPIRED = `
SELECT id FROM billing.reservations WHERE state = 'held' AND expires_at < now() ORDER BY expires_at LIMIT $1`;

/** Money set aside of budgets: placed where it fits, freed once. Settling is a part of charging (`record-charges.sql.ts`). */
@Injectable()
export class ReservationsRepository {
  constructor(
    private readonly database: Database,
    private readonly accounts: LedgerAccounts,
  ) {}

  /**
   * Places what `choose` makes of the budget's period at hand, while nobody else can change it; nothing where it gives nothing. The
   * period's limit is from now on the one that is given.
   */
  async place(
    { budget, subject }: { budget: BudgetEntry; subject: string },
    choose: (period: OpenPeriod) => Placement | undefined,
  ): Promise<{ period: OpenPeriod; placed: Placement | undefined }> {
    const accounts = [Account.holds(budget.organization), Account.commitments(budget.organization)] as const;
    const numbers = await this.accounts.numbersOf(new Set(accounts));
    return this.database.transaction(async (transaction) => {
      const period = await openPeriod(transaction, budget, subject);
      const placed = choose(period);
      if (!placed) return { period, placed };
      const rows = await transaction.query(PLACE, [
        period.id,
        placed.nanoUsd.toString(),
        placed.id,
        placed.kind,
        placed.holder,
        placed.expiresInMilliseconds,
        ...accounts.map((name) => numbers.get(name)),
      ]);
      return { period, placed: rows.length === 1 ? placed : undefined };
    });
  }

  /** The budget's period at hand as it stands. */
  async open(budget: BudgetEntry, subject: string): Promise<OpenPeriod> {
    return openPeriod(this.database, budget, subject);
  }

  /** Frees parts of reservations that are still held; returns how many there were. */
  async giveBack(returns: readonly LeaseReturn[]): Promise<number> {
    const rows = returns.map(({ lease, nanoUsd }) => ({ id: lease, nano_usd: nanoUsd, state: null }));
    return (await this.database.query(FREE, [JSON.stringify(rows)])).length;
  }

  /** Ends reservations that are still held, and frees what is left of them; returns how many there were. */
  async end(ids: readonly string[], state: 'closed' | 'expired'): Promise<number> {
    if (ids.length === 0) return 0;
    const rows = ids.map((id) => ({ id, nano_usd: null, state }));
    return (await this.database.query(FREE, [JSON.stringify(rows)])).length;
  }

  async findExpired(most: number): Promise<string[]> {
    return (await this.database.query<{ id: string }>(FIND_EXPIRED, [most])).map(({ id }) => id);
  }

  /** Notes that a request was refused; true for the first one of the period. */
  async noteExceeded(periodId: string): Promise<boolean> {
    const rows = await this.database.query(
      'UPDATE billing.budget_periods SET exceeded_at = now() WHERE id = $1 AND exceeded_at IS NULL RETURNING id',
      [periodId],
    );
    return rows.length === 1;
  }
}

/** A new name of a row. */
export function newIdentifier(prefix: string): string {
  return `${prefix}_${randomBytes(12).toString('hex')}`;
}

/** Locks the row of a budget's period at hand, which is made where it is not there. */
export async function openPeriod(
  source: Pick<Transaction, 'query'>,
  budget: BudgetEntry,
  subject: string,
): Promise<OpenPeriod> {
  const [row] = await source.query<PeriodRow>(OPEN_PERIOD, [
    newIdentifier('period'),
    budget.id,
    subject,
    budget.organization,
    budget.limitNanoUsd,
    budget.period,
    budget.timeZone,
  ]);
  if (!row) throw new Error(`Postgres gave no row for the period of ${budget.id}.`);
  return {
    id: row.id,
    most: BigInt(row.most),
    posted: BigInt(row.posted),
    held: BigInt(row.held),
    limit: BigInt(row.limit),
    exceededAt: row.exceededAt,
    startsAt: Math.floor(row.startsAt),
    endsAt: row.endsAt === null ? undefined : Math.floor(row.endsAt),
    leftMilliseconds: row.left ?? undefined,
  };
}
