/** What a bug of this kind leaves behind in the books, and which invariant must notice. */
export interface PlantedBug {
  readonly bug: string;
  readonly sql: readonly string[];
  readonly caughtBy: string;
}

const A_CHARGE = `(SELECT request_id FROM billing.charges WHERE cost_nano_usd > 0 AND batch_id IS NOT NULL ORDER BY request_id LIMIT 1)`;
const A_PERIOD = `(SELECT id FROM billing.budget_periods WHERE posted_nano_usd > 0 ORDER BY id LIMIT 1)`;

const holdOf = (amount: string, expires: string): string[] => [
  `INSERT INTO billing.reservations (id, period_id, kind, holder, placed_nano_usd, remaining_nano_usd, expires_at)
   SELECT 'planted', id, 'hold', 'planted', ${amount}, ${amount}, ${expires} FROM billing.budget_periods WHERE id = ${A_PERIOD}`,
  `UPDATE billing.budget_periods SET held_nano_usd = held_nano_usd + ${amount} WHERE id = ${A_PERIOD}`,
];

/**
 * The traces of bugs that a checker must be able to see; each is planted in books that are whole, in a transaction that is rolled back. A
 * dropped acknowledgement leaves its trace in NATS and is planted by the test itself.
 */
export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    bug: 'an effect without its row in the inbox',
    sql: [`DELETE FROM billing.inbox WHERE message_id = ${A_CHARGE}`],
    caughtBy: 'J5-billing',
  },
  {
    bug: 'a request settled twice',
    sql: [
      `INSERT INTO billing.ledger_transactions (id, kind, reference) SELECT -1, kind, reference FROM billing.ledger_transactions
       WHERE kind = 'charge' AND reference = ${A_CHARGE}`,
      `INSERT INTO billing.ledger_entries SELECT -1, account_id, amount_nano_usd FROM billing.ledger_entries
       WHERE transaction_id = (SELECT id FROM billing.ledger_transactions WHERE kind = 'charge' AND reference = ${A_CHARGE} AND id > 0)`,
    ],
    caughtBy: 'C5',
  },
  {
    bug: 'a hold placed by an UPDATE without its guard',
    sql: holdOf(
      '(limit_nano_usd + granted_nano_usd - posted_nano_usd - held_nano_usd + 1)',
      `now() + interval '1 hour'`,
    ),
    caughtBy: 'C3',
  },
  {
    bug: 'a void that was lost: the reservation is gone, the budget still holds it',
    sql: [`UPDATE billing.budget_periods SET held_nano_usd = held_nano_usd + 5 WHERE id = ${A_PERIOD}`],
    caughtBy: 'C4',
  },
  {
    bug: 'a trail in another order',
    sql: [
      `UPDATE audit.entries e SET body = other.body, request_id = other.request_id FROM audit.entries other
       WHERE e.organization = 'demo' AND other.organization = 'demo' AND e.sequence IN (3, 4) AND other.sequence = 7 - e.sequence`,
    ],
    caughtBy: 'D1-D4',
  },
  { bug: 'a hold that leaked', sql: holdOf('5', `now() - interval '1 hour'`), caughtBy: 'C8' },
  {
    bug: 'a charge at another version of the price',
    sql: [
      `INSERT INTO billing.price_versions (version, provider, model, input_nano_usd_per_million, output_nano_usd_per_million)
       VALUES ('planted', 'main', 'sim-small', 1, 2)`,
      `UPDATE billing.charge_lines SET price_version = 'planted' WHERE request_id = ${A_CHARGE}`,
    ],
    caughtBy: 'C9',
  },
  {
    bug: 'a row of another tenant',
    sql: [`UPDATE billing.charges SET organization = 'acme' WHERE request_id = ${A_CHARGE}`],
    caughtBy: 'J11',
  },
  {
    bug: 'a terminal event that never came to the trail',
    sql: [
      `DELETE FROM audit.inbox WHERE message_id = ${A_CHARGE}`,
      `DELETE FROM audit.entries WHERE request_id = ${A_CHARGE}`,
    ],
    caughtBy: 'C6',
  },
  {
    bug: 'an acknowledgement before the commit that then failed',
    sql: [
      `CREATE TEMP TABLE lost ON COMMIT DROP AS SELECT ${A_CHARGE} AS request_id`,
      `DELETE FROM billing.ledger_entries WHERE transaction_id IN (SELECT t.id FROM billing.ledger_transactions t JOIN lost ON reference = request_id)`,
      `DELETE FROM billing.ledger_transactions WHERE reference IN (SELECT request_id FROM lost)`,
      `DELETE FROM billing.charge_lines WHERE request_id IN (SELECT request_id FROM lost)`,
      `DELETE FROM billing.charges WHERE request_id IN (SELECT request_id FROM lost)`,
      `DELETE FROM billing.inbox WHERE message_id IN (SELECT request_id FROM lost)`,
    ],
    caughtBy: 'C6',
  },
  {
    bug: 'an outbox outside the transaction: the batch ended, nobody will be told',
    sql: [
      `DELETE FROM jobs.webhook_deliveries WHERE event_type = 'batch.completed'`,
      `DELETE FROM jobs.webhook_events WHERE type = 'batch.completed'`,
    ],
    caughtBy: 'J12',
  },
  {
    bug: 'a line counted and not stored',
    sql: [`DELETE FROM jobs.batch_results WHERE request_id = ${A_CHARGE}`],
    caughtBy: 'J8-results',
  },
];
