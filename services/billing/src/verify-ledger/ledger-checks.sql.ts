/** Something that always holds in the books; a row that the statement finds is a violation. */
export interface LedgerCheck {
  readonly name: string;
  readonly sql: string;
}

/** What is past its time is swept every ten seconds, after what may still settle it; this is far beyond. */
const LATEST_SWEEP = '15 minutes';

/** The invariants of money. Each statement gives `subject` and `message`. */
export const LEDGER_CHECKS: readonly LedgerCheck[] = [
  {
    name: 'C1 each transaction sums to zero',
    sql: `SELECT transaction_id::text AS subject, 'sums to ' || sum(amount_nano_usd) AS message
      FROM billing.ledger_entries GROUP BY transaction_id HAVING sum(amount_nano_usd) <> 0`,
  },
  {
    name: 'C2 the whole ledger sums to zero',
    sql: `SELECT currency AS subject, 'sums to ' || sum(amount_nano_usd) AS message
      FROM billing.ledger_entries JOIN billing.ledger_accounts account ON account.id = account_id
      GROUP BY currency HAVING sum(amount_nano_usd) <> 0`,
  },
  {
    name: 'C3 no budget is exceeded',
    sql: `SELECT budget_id || ' ' || subject AS subject,
        (posted_nano_usd + held_nano_usd) || ' of ' || (highest_limit_nano_usd + granted_nano_usd) AS message
      FROM billing.budget_periods WHERE posted_nano_usd + held_nano_usd > highest_limit_nano_usd + granted_nano_usd`,
  },
  {
    name: 'C4 what is posted on budgets is what was settled',
    sql: `SELECT id AS subject, posted_nano_usd || ' posted, ' || settled || ' settled' AS message
      FROM (SELECT period.id, period.posted_nano_usd, coalesce(sum(settlement.posted_nano_usd), 0) AS settled
        FROM billing.budget_periods period LEFT JOIN billing.settlements settlement ON period_id = period.id
        GROUP BY period.id) sums WHERE posted_nano_usd <> settled`,
  },
  {
    name: 'C4 what is held on budgets is what reservations hold',
    sql: `SELECT id AS subject, held_nano_usd || ' held, ' || remaining || ' in reservations' AS message
      FROM (SELECT period.id, period.held_nano_usd, coalesce(sum(remaining_nano_usd), 0) AS remaining
        FROM billing.budget_periods period
        LEFT JOIN billing.reservations reservation ON period_id = period.id AND state = 'held'
        GROUP BY period.id) sums WHERE held_nano_usd <> remaining`,
  },
  {
    name: 'C4 what is held on budgets is on the accounts of holds',
    sql: `SELECT coalesce(of_budgets.organization, of_ledger.organization) AS subject,
        coalesce(held, 0) || ' held, ' || coalesce(balance, 0) || ' in the ledger' AS message
      FROM (SELECT organization, sum(held_nano_usd) AS held FROM billing.budget_periods GROUP BY 1) of_budgets
      FULL JOIN (SELECT substr(name, 7) AS organization, sum(amount_nano_usd) AS balance
        FROM billing.ledger_entries JOIN billing.ledger_accounts account ON account.id = account_id
        WHERE name LIKE 'holds:%' GROUP BY 1) of_ledger USING (organization)
      WHERE coalesce(held, 0) <> coalesce(balance, 0)`,
  },
  {
    name: 'C4 what is granted to budgets is what grants say',
    sql: `SELECT id AS subject, granted_nano_usd || ' granted, ' || granted || ' in grants' AS message
      FROM (SELECT period.id, period.granted_nano_usd, coalesce(sum(amount_nano_usd), 0) AS granted
        FROM billing.budget_periods period LEFT JOIN billing.budget_grants budget_grant ON period_id = period.id
        GROUP BY period.id) sums WHERE granted_nano_usd <> granted`,
  },
  {
    name: 'C4 what is granted to budgets is on the accounts of credits',
    sql: `SELECT coalesce(of_budgets.organization, of_ledger.organization) AS subject,
        coalesce(granted, 0) || ' granted, ' || coalesce(balance, 0) || ' in the ledger' AS message
      FROM (SELECT organization, sum(granted_nano_usd) AS granted FROM billing.budget_periods GROUP BY 1) of_budgets
      FULL JOIN (SELECT substr(name, 9) AS organization, -sum(amount_nano_usd) AS balance
        FROM billing.ledger_entries JOIN billing.ledger_accounts account ON account.id = account_id
        WHERE name LIKE 'credits:%' GROUP BY 1) of_ledger USING (organization)
      WHERE coalesce(granted, 0) <> coalesce(balance, 0)`,
  },
  {
    name: 'C5 no request is charged twice',
    sql: `SELECT reference AS subject, count(*) || ' charges' AS message
      FROM billing.ledger_transactions WHERE kind = 'charge' GROUP BY reference HAVING count(*) > 1`,
  },
  {
    name: 'C6 each charge is in the ledger, and nothing else is',
    sql: `SELECT coalesce(request_id, reference) AS subject, 'is only in the ' ||
        CASE WHEN request_id IS NULL THEN 'ledger' ELSE 'charges' END AS message
      FROM (SELECT request_id FROM billing.charges WHERE cost_nano_usd + waste_nano_usd > 0) charge
      FULL JOIN (SELECT reference FROM billing.ledger_transactions WHERE kind = 'charge') entered
        ON reference = request_id
      WHERE request_id IS NULL OR reference IS NULL`,
  },
  {
    name: 'C7 nothing is posted beyond its hold',
    sql: `SELECT request_id AS subject, posted_nano_usd || ' of ' || held_nano_usd AS message
      FROM billing.settlements WHERE posted_nano_usd > held_nano_usd`,
  },
  {
    name: 'C7 a reservation that has ended holds nothing',
    sql: `SELECT id AS subject, state || ' with ' || remaining_nano_usd AS message FROM billing.reservations
      WHERE state NOT IN ('held', 'closed', 'expired') OR (state <> 'held' AND remaining_nano_usd <> 0)`,
  },
  {
    name: 'C8 no reservation is left past its time',
    sql: `SELECT id AS subject, 'expired at ' || expires_at AS message FROM billing.reservations
      WHERE state = 'held' AND remaining_nano_usd > 0 AND expires_at < now() - interval '${LATEST_SWEEP}'`,
  },
  {
    name: 'C9 customers owe what they were charged',
    sql: `SELECT request_id AS subject, (cost_nano_usd - overrun_nano_usd) || ' charged, ' || entered || ' entered' AS message
      FROM (SELECT charge.request_id, charge.cost_nano_usd, charge.overrun_nano_usd,
          coalesce(sum(amount_nano_usd) FILTER (WHERE name LIKE 'customer:%'), 0) AS entered
        FROM billing.charges charge
        JOIN billing.ledger_transactions entered ON reference = request_id AND kind = 'charge'
        JOIN billing.ledger_entries ON transaction_id = entered.id
        JOIN billing.ledger_accounts account ON account.id = account_id
        GROUP BY charge.request_id) sums
      WHERE cost_nano_usd - overrun_nano_usd <> entered`,
  },
  {
    name: 'C9 providers are owed what their lines cost',
    sql: `SELECT provider AS subject, lines || ' in lines, ' || coalesce(balance, 0) || ' in the ledger' AS message
      FROM (SELECT provider, sum(cost_nano_usd) AS lines FROM (
          SELECT provider, cost_nano_usd FROM billing.charge_lines
          UNION ALL SELECT provider, cost_nano_usd FROM billing.superseded_lines) line
        WHERE provider <> 'cache' GROUP BY provider) of_lines
      LEFT JOIN (SELECT substr(name, 9) AS provider, -sum(amount_nano_usd) AS balance
        FROM billing.ledger_entries JOIN billing.ledger_accounts account ON account.id = account_id
        WHERE name LIKE 'payable:%' GROUP BY 1) of_ledger USING (provider)
      WHERE lines <> coalesce(balance, 0)`,
  },
  {
    name: 'C12 superseded calls are waste, each once',
    sql: `SELECT coalesce(request_id, reference) AS subject,
        coalesce(lines, 0) || ' in lines, ' || coalesce(entered, 0) || ' in the ledger' AS message
      FROM (SELECT request_id, sum(cost_nano_usd) AS lines FROM billing.superseded_lines GROUP BY request_id) of_lines
      FULL JOIN (SELECT reference, sum(amount_nano_usd) AS entered
        FROM billing.ledger_transactions moved JOIN billing.ledger_entries ON transaction_id = moved.id
        JOIN billing.ledger_accounts account ON account.id = account_id
        WHERE kind = 'superseded' AND name LIKE 'platform_waste:%' GROUP BY reference) of_ledger ON reference = request_id
      WHERE coalesce(lines, 0) <> coalesce(entered, 0)`,
  },
  {
    name: 'C10 each line of a batch is charged once',
    sql: `SELECT batch_id || ' line ' || line AS subject, count(*) || ' charges' AS message
      FROM billing.charges WHERE batch_id IS NOT NULL AND cost_nano_usd > 0
      GROUP BY batch_id, line HAVING count(*) > 1`,
  },
  {
    name: 'C10 what a charge counts is what its lines count',
    sql: `SELECT request_id AS subject,
        prompt_tokens || ' and ' || completion_tokens || ' tokens, ' || prompt || ' and ' || completion || ' in its lines' AS message
      FROM (SELECT charge.request_id, charge.prompt_tokens, charge.completion_tokens,
          coalesce(sum(line.prompt_tokens), 0) AS prompt, coalesce(sum(line.completion_tokens), 0) AS completion
        FROM billing.charges charge
        LEFT JOIN billing.charge_lines line ON line.request_id = charge.request_id AND payer = 'caller'
        GROUP BY charge.request_id) sums
      WHERE prompt_tokens <> prompt OR completion_tokens <> completion`,
  },
  {
    name: 'C12 what no caller pays is platform waste',
    sql: `SELECT provider AS subject, coalesce(lines, 0) || ' in lines, ' || coalesce(balance, 0) || ' in the ledger' AS message
      FROM (SELECT provider, sum(cost_nano_usd) AS lines FROM (
          SELECT provider, cost_nano_usd FROM billing.charge_lines WHERE payer = 'platform' AND provider <> 'cache'
          UNION ALL SELECT provider, cost_nano_usd FROM billing.superseded_lines) wasted GROUP BY provider) of_lines
      FULL JOIN (SELECT substr(name, 16) AS provider, sum(amount_nano_usd) AS balance
        FROM billing.ledger_entries JOIN billing.ledger_accounts account ON account.id = account_id
        WHERE name LIKE 'platform_waste:%' GROUP BY 1) of_ledger USING (provider)
      WHERE coalesce(lines, 0) <> coalesce(balance, 0)`,
  },
  {
    name: 'C11 the ledger is append-only',
    sql: `SELECT name AS subject, 'has no trigger that refuses changes' AS message
      FROM unnest(ARRAY['ledger_transactions', 'ledger_entries', 'settlements', 'budget_grants']) name
      WHERE NOT EXISTS (SELECT FROM pg_trigger
        WHERE tgrelid = ('billing.' || name)::regclass AND tgname = name || '_are_append_only' AND tgenabled <> 'D')`,
  },
];
