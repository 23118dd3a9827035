import { Consumer } from '#libs/contracts';
import type { PreparedStatement, RowsParameter } from '#libs/storage';
import {
  CHARGED,
  CHARGES,
  DRAWN,
  DUE,
  ENTRIES,
  HOURS,
  LATENCIES,
  LINES,
  MOVEMENTS,
  PROVIDER_DAYS,
  TRANSACTIONS,
  type DrawnReservation,
} from './charge-rows.js';
import type { PricedEvent } from './charge.policy.js';
import type { EnteredCharge } from './entered-charge.js';
import { ROLL_UP_USAGE } from './roll-up-usage.sql.js';
import { settlementsOf } from './settlements-of.policy.js';
import { sumsOf } from './sums-of-charges.js';

/** Nothing is done where any of the requests was charged before: whoever asked leaves it out and asks again. */
const NONE_BEFORE = 'NOT EXISTS (SELECT FROM seen)';

/** One statement's parameters, in the order in which `chargesParameters` and `settlementsParameters` give them. */
class Parameters {
  private next = 1;

  rowsOf<Row>(rows: RowsParameter<Row>, alias: string): string {
    const source = rows.source(alias, this.next);
    this.next += rows.width;
    return `SELECT * FROM ${source} WHERE ${NONE_BEFORE}`;
  }
}

/**
 * Inbox row, charge, lines and ledger transaction of every event in one statement, hence one transaction and one round trip. Everything
 * is worked out before, so that rows go into their tables as they come, without a join; and sums that reports are read from come as
 * sums. A charge of another transaction that was not to be seen yet ends in a violated key, and nothing is done.
 */
function record(parameters: Parameters): string {
  return `
WITH seen AS MATERIALIZED (
  SELECT request_id FROM billing.charges WHERE request_id = ANY($1::text[])
), taken_in AS (
  INSERT INTO billing.inbox (consumer, message_id)
  SELECT '${Consumer.billing.name}', request_id FROM unnest($1::text[]) AS given(request_id) WHERE ${NONE_BEFORE}
), charged AS (
  INSERT INTO billing.charges (${CHARGES.names}) ${parameters.rowsOf(CHARGES, 'charge')}
), lined AS (
  INSERT INTO billing.charge_lines (${LINES.names}) ${parameters.rowsOf(LINES, 'line')}
), numbered AS (
  ${parameters.rowsOf(TRANSACTIONS, 'transaction')}
), transacted AS (
  INSERT INTO billing.ledger_transactions (id, kind, reference) SELECT id, 'charge', reference FROM numbered
), entered AS (
  INSERT INTO billing.ledger_entries (${ENTRIES.names}) ${parameters.rowsOf(ENTRIES, 'entry')}
), movements AS MATERIALIZED (
  ${parameters.rowsOf(MOVEMENTS, 'movement')}
), hourly AS MATERIALIZED (
  ${parameters.rowsOf(HOURS, 'hourly')}
), latencies AS MATERIALIZED (
  ${parameters.rowsOf(LATENCIES, 'latency')}
), called AS (
  ${parameters.rowsOf(PROVIDER_DAYS, 'called')}
), charged_sums AS (
  ${parameters.rowsOf(CHARGED, 'charged_sum')}
)${ROLL_UP_USAGE}`;
}

/** Of requests that no budget counts. Returns the requests that were charged before; where there are any, nothing was done. */
export const RECORD_CHARGES: PreparedStatement = {
  name: 'record-charges',
  text: `${record(new Parameters())}
SELECT request_id FROM seen`,
};

/**
 * The same, and the holds of the requests are settled: one UPDATE for each budget, however many of its requests there are. The rows
 * of budgets are locked in one order first. What a reservation holds no more, because it has ended, is posted where the budget has
 * room, and is an overrun otherwise. Returns the requests that were charged before, and how the budgets stand.
 */
function settle(parameters: Parameters): string {
  return `, sums AS MATERIALIZED (
  ${parameters.rowsOf(DRAWN, 'drawn')}
), touched AS MATERIALIZED (
  SELECT id, organization, limit_nano_usd + granted_nano_usd AS most, posted_nano_usd, held_nano_usd
  FROM billing.budget_periods WHERE id IN (
    SELECT period_id FROM billing.reservations WHERE id IN (SELECT reservation_id FROM sums))
  ORDER BY id FOR UPDATE
), drawn AS (
  UPDATE billing.reservations reservation SET remaining_nano_usd = remaining_nano_usd - sums.held
  FROM sums, touched
  WHERE reservation.id = sums.reservation_id AND touched.id = reservation.period_id
    AND reservation.state = 'held' AND reservation.remaining_nano_usd >= sums.held
  RETURNING reservation.id, reservation.period_id, sums.held, sums.posted
), changes AS MATERIALIZED (
  SELECT touched.id, coalesce(sum(drawn.held), 0)::bigint AS held, coalesce(sum(drawn.posted), 0)::bigint AS posted,
    coalesce(sum(sums.posted) FILTER (WHERE drawn.id IS NULL), 0)::bigint AS late
  FROM sums JOIN billing.reservations reservation ON reservation.id = sums.reservation_id
  JOIN touched ON touched.id = reservation.period_id
  LEFT JOIN drawn ON drawn.id = sums.reservation_id
  GROUP BY touched.id
), fitting AS MATERIALIZED (
  SELECT changes.*, posted_nano_usd + held_nano_usd - changes.held + changes.posted + late <= most AS is_room
  FROM changes JOIN touched USING (id)
), outcomes AS MATERIALIZED (
  SELECT sums.number, sums.reservation_id, reservation.period_id, drawn.id IS NULL AS is_late,
    drawn.id IS NOT NULL OR fitting.is_room AS is_posted, sums.posted, sums.overrun
  FROM sums JOIN billing.reservations reservation ON reservation.id = sums.reservation_id
  JOIN fitting ON fitting.id = reservation.period_id LEFT JOIN drawn ON drawn.id = sums.reservation_id
), settled AS (
  INSERT INTO billing.settlements
    (request_id, reservation_id, period_id, held_nano_usd, posted_nano_usd, overrun_nano_usd, is_late)
  SELECT due.request_id, reservation_id, period_id, held_nano_usd,
    CASE WHEN is_posted THEN posted_nano_usd ELSE 0 END,
    CASE WHEN is_posted THEN overrun_nano_usd ELSE overrun_nano_usd + posted_nano_usd END,
    is_late
  FROM (${parameters.rowsOf(DUE, 'due')}) due JOIN outcomes USING (number)
), overruns AS (
  SELECT period_id, sum(CASE WHEN is_posted THEN overrun ELSE overrun + posted END)::bigint AS overrun
  FROM outcomes GROUP BY period_id
), posted AS (
  UPDATE billing.budget_periods period SET
    held_nano_usd = held_nano_usd - fitting.held,
    posted_nano_usd = posted_nano_usd + fitting.posted + CASE WHEN fitting.is_room THEN fitting.late ELSE 0 END,
    overrun_nano_usd = overrun_nano_usd + overruns.overrun
  FROM fitting JOIN overruns ON overruns.period_id = fitting.id
  WHERE period.id = fitting.id
  RETURNING period.id, period.budget_id, period.subject, period.starts_at, period.limit_nano_usd,
    period.granted_nano_usd, period.posted_nano_usd, period.alerted_millionths
), released AS MATERIALIZED (
  SELECT nextval('billing.ledger_transaction_ids') AS id WHERE EXISTS (SELECT FROM drawn WHERE held > 0)
), release_noted AS (
  INSERT INTO billing.ledger_transactions (id, kind, reference)
  SELECT released.id, 'release', 'settled with ' || ($1::text[])[1] FROM released
), release_entered AS (
  INSERT INTO billing.ledger_entries (transaction_id, account_id, amount_nano_usd)
  SELECT released.id, account.id, sum(CASE side WHEN 'holds' THEN -held ELSE held END)
  FROM released, (SELECT organization, sum(drawn.held)::bigint AS held FROM drawn
      JOIN touched ON touched.id = drawn.period_id GROUP BY organization) freed,
    unnest(ARRAY['holds', 'commitments']) side, billing.ledger_accounts account
  WHERE account.name = side || ':' || organization AND held > 0
  GROUP BY released.id, account.id
)
SELECT (SELECT coalesce(json_agg(request_id), '[]') FROM seen) AS "chargedBefore",
  (SELECT coalesce(json_agg(json_build_object('period', id, 'budget', budget_id, 'subject', subject,
    'startsAt', extract(epoch FROM starts_at) * 1000, 'limitNanoUsd', limit_nano_usd::text,
    'grantedNanoUsd', granted_nano_usd::text, 'postedNanoUsd', posted_nano_usd::text,
    'alertedMillionths', alerted_millionths)), '[]') FROM posted) AS periods`;
}

export const RECORD_AND_SETTLE: PreparedStatement = ((parameters) => ({
  name: 'record-and-settle',
  text: record(parameters) + settle(parameters),
}))(new Parameters());

/** The parameters of both statements, in the order in which they name them. */
export function chargesParameters(charges: readonly EnteredCharge[], numbers: ReadonlyMap<string, number>): Buffer[] {
  const posted = charges.flatMap(({ transaction: id, priced, entries }) =>
    id === undefined ? [] : [{ id, requestId: priced.event.requestId, entries }],
  );
  const entries = posted.flatMap((transaction) =>
    transaction.entries.map(({ account, nanoUsd }) => ({
      transaction: transaction.id,
      account: numbers.get(account) ?? 0,
      nanoUsd,
    })),
  );
  const lines = charges.flatMap(({ priced }) =>
    priced.lines.map((line) => ({ requestId: priced.event.requestId, line })),
  );
  const { hours, providerDays, charged } = sumsOf(charges);
  const latencies = hours.flatMap((sum) => [...sum.latencies].map(([bucket, requests]) => ({ sum, bucket, requests })));
  return [
    ...CHARGES.values(charges),
    ...LINES.values(lines),
    ...TRANSACTIONS.values(posted),
    ...ENTRIES.values(entries),
    ...MOVEMENTS.values(movementsOf(entries)),
    ...HOURS.values(hours),
    ...LATENCIES.values(latencies),
    ...PROVIDER_DAYS.values(providerDays),
    ...CHARGED.values(charged),
  ];
}

function movementsOf(entries: readonly { readonly account: number; readonly nanoUsd: bigint }[]) {
  const movements = new Map<number, { account: number; nanoUsd: bigint; entries: number }>();
  for (const { account, nanoUsd } of entries) {
    const movement = movements.get(account);
    if (movement) {
      movement.nanoUsd += nanoUsd;
      movement.entries += 1;
    } else movements.set(account, { account, nanoUsd, entries: 1 });
  }
  return [...movements.values()];
}

/** Those that settling holds takes besides: the reservations that are drawn from, and each settlement; nothing where there are none. */
export function settlementsParameters(events: readonly PricedEvent[]): Buffer[] {
  const drawn = new Map<string, DrawnReservation>();
  const due = events.flatMap((priced) =>
    settlementsOf(priced).map((settlement) => {
      const { reservation } = settlement;
      let sum = drawn.get(reservation);
      if (!sum) {
        sum = { number: drawn.size + 1, reservation, held: 0n, posted: 0n, overrun: 0n };
        drawn.set(reservation, sum);
      }
      sum.held += settlement.held;
      sum.posted += settlement.posted;
      sum.overrun += settlement.overrun;
      return { ...settlement, number: sum.number, requestId: priced.event.requestId };
    }),
  );
  return due.length === 0 ? [] : [...DRAWN.values([...drawn.values()]), ...DUE.values(due)];
}
