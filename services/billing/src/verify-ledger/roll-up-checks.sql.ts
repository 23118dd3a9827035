/** That the sums which reports and invoices are read from are those of the rows they stand for. */
export const ROLL_UP_CHECKS: readonly { readonly name: string; readonly sql: string }[] = [
  {
    name: 'C13 invoices are made of what the ledger says',
    sql: `SELECT name AS subject, coalesce(kept, 0) || ' in the days of the account, ' || coalesce(entered, 0) || ' in the ledger' AS message
      FROM (SELECT account_id, sum(amount_nano_usd) AS entered FROM billing.ledger_entries GROUP BY 1) of_ledger
      JOIN billing.ledger_accounts account ON account.id = account_id
      LEFT JOIN (SELECT account_id, sum(amount_nano_usd) AS kept FROM billing.account_days GROUP BY 1) of_days USING (account_id)
      WHERE (name LIKE 'customer:%' OR name LIKE 'credits:%') AND coalesce(kept, 0) <> entered`,
  },
  {
    name: 'C13 the lines of invoices come to what customers owe',
    sql: `SELECT coalesce(of_lines.organization, owed.organization) AS subject,
        coalesce(lines, 0) || ' in lines, ' || coalesce(owes, 0) || ' owed' AS message
      FROM (SELECT organization, sum(cost_nano_usd) AS lines FROM billing.charged_days GROUP BY 1) of_lines
      FULL JOIN (SELECT organization, sum(amount_nano_usd) AS owes FROM billing.account_days
        JOIN billing.ledger_accounts account ON account.id = account_id WHERE name LIKE 'customer:%' GROUP BY 1) owed USING (organization)
      WHERE coalesce(lines, 0) <> coalesce(owes, 0)`,
  },
  {
    name: 'C13 the days of providers are those of their calls',
    sql: `SELECT provider AS subject, coalesce(days, 0) || ' in days, ' || coalesce(lines, 0) || ' in lines' AS message
      FROM (SELECT provider, sum(cost_nano_usd) AS days FROM billing.provider_days GROUP BY 1) of_days
      FULL JOIN (SELECT provider, sum(cost_nano_usd) AS lines FROM (
          SELECT provider, cost_nano_usd FROM billing.charge_lines WHERE provider <> 'cache'
          UNION ALL SELECT provider, cost_nano_usd FROM billing.superseded_lines) line GROUP BY 1) of_lines USING (provider)
      WHERE coalesce(days, 0) <> coalesce(lines, 0)`,
  },
  {
    name: 'C13 the hours of usage are those of the charges',
    sql: `SELECT organization AS subject, coalesce(hours, 0) || ' in hours, ' || coalesce(charged, 0) || ' in charges' AS message
      FROM (SELECT organization, sum(cost_nano_usd) AS hours FROM billing.usage_hours WHERE kind = 'all' GROUP BY 1) of_hours
      FULL JOIN (SELECT organization, sum(cost_nano_usd - overrun_nano_usd) AS charged FROM billing.charges GROUP BY 1) of_charges
        USING (organization)
      WHERE coalesce(hours, 0) <> coalesce(charged, 0)`,
  },
  {
    name: 'C13 the days of usage are those of its hours',
    sql: `SELECT coalesce(of_days.organization, of_hours.organization) AS subject,
        coalesce(days, 0) || ' in days, ' || coalesce(hours, 0) || ' in hours' AS message
      FROM (SELECT organization, sum(cost_nano_usd) AS days FROM billing.usage_days
        WHERE kind = 'all' AND day < (SELECT before FROM billing.summed_days) GROUP BY 1) of_days
      FULL JOIN (SELECT organization, sum(cost_nano_usd) AS hours FROM billing.usage_hours
        WHERE kind = 'all' AND hour < (SELECT before FROM billing.summed_days) GROUP BY 1) of_hours USING (organization)
      WHERE coalesce(days, 0) <> coalesce(hours, 0)`,
  },
];
