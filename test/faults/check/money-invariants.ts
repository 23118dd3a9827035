import type { SqlInvariant } from './sql-invariant.js';

/** What must be true of the ledger, of charges and of budgets. */
export const MONEY_INVARIANTS: readonly SqlInvariant[] = [
  {
    name: 'C1',
    says: 'the entries of every ledger transaction sum to zero',
    sql: `SELECT transaction_id FROM billing.ledger_entries GROUP BY 1 HAVING sum(amount_nano_usd) <> 0`,
  },
  {
    name: 'C2',
    says: 'the ledger sums to zero in each currency',
    sql: `SELECT a.currency, sum(e.amount_nano_usd) FROM billing.ledger_entries e
      JOIN billing.ledger_accounts a ON a.id = e.account_id GROUP BY 1 HAVING sum(e.amount_nano_usd) <> 0`,
  },
  {
    name: 'C3',
    says: 'no budget is exceeded: posted and held are at most its limit',
    sql: `SELECT id FROM billing.budget_periods
      WHERE posted_nano_usd + held_nano_usd > limit_nano_usd + granted_nano_usd`,
  },
  {
    name: 'C4',
    says: 'what a budget holds and has posted is what its reservations and settlements say',
    sql: `SELECT p.id, p.held_nano_usd, held.sum AS reserved, p.posted_nano_usd, settled.posted, p.overrun_nano_usd, settled.overrun
      FROM billing.budget_periods p
      LEFT JOIN LATERAL (SELECT coalesce(sum(remaining_nano_usd), 0) AS sum FROM billing.reservations
        WHERE period_id = p.id AND state = 'held') held ON true
      LEFT JOIN LATERAL (SELECT coalesce(sum(posted_nano_usd), 0) AS posted, coalesce(sum(overrun_nano_usd), 0) AS overrun
        FROM billing.settlements WHERE period_id = p.id) settled ON true
      WHERE p.held_nano_usd <> held.sum OR p.posted_nano_usd <> settled.posted OR p.overrun_nano_usd <> settled.overrun`,
  },
  {
    name: 'C5',
    says: 'a request is charged at most once in the ledger',
    sql: `SELECT reference FROM billing.ledger_transactions WHERE kind = 'charge' GROUP BY 1 HAVING count(*) > 1`,
  },
  {
    name: 'C6',
    says: 'every request in the trail has a charge, and every charge stands in the trail',
    sql: `SELECT coalesce(e.request_id, c.request_id) AS request_id,
        CASE WHEN c.request_id IS NULL THEN 'no charge' ELSE 'no entry' END AS missing
      FROM (SELECT request_id FROM audit.entries WHERE type IN ('request.completed', 'request.failed', 'request.cancelled', 'request.expired')) e
      FULL JOIN billing.charges c USING (request_id) WHERE e.request_id IS NULL OR c.request_id IS NULL`,
  },
  {
    name: 'C6-ledger',
    says: 'what a charge says, less its overrun, is what the ledger moved on the account of its customer',
    sql: `SELECT c.request_id, c.cost_nano_usd, c.overrun_nano_usd, moved.sum FROM billing.charges c
      LEFT JOIN (SELECT t.reference, a.name, sum(e.amount_nano_usd) AS sum FROM billing.ledger_transactions t
        JOIN billing.ledger_entries e ON e.transaction_id = t.id JOIN billing.ledger_accounts a ON a.id = e.account_id
        WHERE t.kind = 'charge' AND a.name LIKE 'customer:%' GROUP BY 1, 2) moved
        ON moved.reference = c.request_id AND moved.name = 'customer:' || c.organization
      WHERE c.cost_nano_usd - c.overrun_nano_usd <> coalesce(moved.sum, 0)`,
  },
  {
    name: 'C7',
    says: 'a reservation ends once: one that is closed or expired holds nothing and says when it ended',
    sql: `SELECT id, state FROM billing.reservations
      WHERE (state <> 'held') <> (ended_at IS NOT NULL) OR (state <> 'held' AND remaining_nano_usd < 0)`,
  },
  {
    name: 'C8',
    says: 'no reservation is held beyond its time and a minute',
    sql: `SELECT id, expires_at FROM billing.reservations WHERE state = 'held' AND expires_at < now() - interval '60 seconds'`,
  },
  {
    name: 'C8-ledger',
    says: 'the accounts of holds are what reservations hold',
    sql: `SELECT h.organization, h.sum AS ledger, coalesce(r.sum, 0) AS reserved
      FROM (SELECT substr(a.name, 7) AS organization, sum(e.amount_nano_usd) AS sum
        FROM billing.ledger_entries e JOIN billing.ledger_accounts a ON a.id = e.account_id
        WHERE a.name LIKE 'holds:%' GROUP BY 1) h
      LEFT JOIN (SELECT p.organization, sum(r.remaining_nano_usd) AS sum FROM billing.reservations r
        JOIN billing.budget_periods p ON p.id = r.period_id WHERE r.state = 'held' GROUP BY 1) r USING (organization)
      WHERE h.sum <> coalesce(r.sum, 0)`,
  },
  {
    name: 'C9-sums',
    says: 'a charge without markup is the sum of its lines: what the caller pays, and what the platform does',
    sql: `SELECT c.request_id FROM billing.charges c
      JOIN (SELECT request_id, coalesce(sum(cost_nano_usd) FILTER (WHERE payer = 'caller'), 0) AS caller,
          coalesce(sum(cost_nano_usd) FILTER (WHERE payer <> 'caller'), 0) AS waste
        FROM billing.charge_lines GROUP BY 1) l USING (request_id)
      WHERE c.markup_millionths = 0 AND (c.cost_nano_usd <> l.caller OR c.waste_nano_usd <> l.waste)`,
  },
  {
    name: 'C10',
    says: 'a batch counts, uses and costs what its lines do, and its charges sum to its cost',
    sql: `SELECT b.id FROM jobs.batches b
      LEFT JOIN (SELECT batch_id, count(*) FILTER (WHERE outcome = 'completed') AS completed,
          count(*) FILTER (WHERE outcome IN ('cancelled', 'expired')) AS unfinished,
          count(*) FILTER (WHERE outcome NOT IN ('completed', 'cancelled', 'expired')) AS failed, sum(prompt_tokens) AS prompt,
          sum(completion_tokens) AS completion, sum(cost_nano_usd) AS cost FROM jobs.batch_results GROUP BY 1) r ON r.batch_id = b.id
      LEFT JOIN (SELECT batch_id, sum(cost_nano_usd) AS cost FROM billing.charges WHERE batch_id IS NOT NULL GROUP BY 1) c
        ON c.batch_id = b.id
      WHERE b.completed_lines <> coalesce(r.completed, 0) OR b.failed_lines <> coalesce(r.failed, 0)
        OR b.unfinished_lines <> coalesce(r.unfinished, 0)
        OR b.prompt_tokens <> coalesce(r.prompt, 0) OR b.completion_tokens <> coalesce(r.completion, 0)
        OR b.cost_nano_usd <> coalesce(r.cost, 0) OR b.cost_nano_usd <> coalesce(c.cost, 0)`,
  },
  {
    name: 'C11',
    says: 'ledger, settlements and trail refuse changes: their triggers are there and on',
    sql: `SELECT wanted.name FROM unnest(ARRAY['billing.ledger_transactions', 'billing.ledger_entries', 'billing.settlements',
        'billing.budget_grants', 'audit.entries']) AS wanted(name)
      WHERE NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = wanted.name::regclass AND NOT t.tgisinternal
        AND t.tgenabled = 'O' AND t.tgname LIKE '%append_only')`,
  },
];
