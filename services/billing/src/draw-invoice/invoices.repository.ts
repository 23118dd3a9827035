import { Injectable } from '@nestjs/common';
import type { Invoice } from '#libs/contracts';
import { Database } from '#libs/storage';

/** What an organisation was charged and credited in a month, in nano-USD. */
export interface MonthOfAccount {
  readonly month: string;
  readonly charged: string;
  readonly credited: string;
}

/** What an invoice is made of, as of one moment. */
export interface InvoiceParts {
  readonly lines: Invoice['lines'];
  readonly credits: Invoice['credits'];
  /** Every month up to the invoice's own in which something moved, oldest first. */
  readonly months: readonly MonthOfAccount[];
  /** Whether the month is over for good, by the clock that the ledger records by. */
  readonly isClosed: boolean;
  readonly isAhead: boolean;
}

/** A transaction that began before midnight bears that day; none goes on for as long as this. */
const CLOSES_AFTER = '15 minutes';

/** One statement, so that all parts are of the same moment. `$2` is the first day of the month. */
const READ_PARTS = `
WITH month AS (SELECT $2::date AS first, ($2::date + interval '1 month')::date AS after)
SELECT
  (SELECT coalesce(json_agg(line ORDER BY line.project, line.model), '[]') FROM (
    SELECT project, model, sum(requests) AS requests, sum(prompt_tokens) AS "promptTokens",
      sum(completion_tokens) AS "completionTokens", sum(cost_nano_usd)::text AS "nanoUsd"
    FROM billing.charged_days, month WHERE organization = $1 AND day >= first AND day < after GROUP BY project, model) line) AS lines,
  (SELECT coalesce(json_agg(credit ORDER BY "grantedAt", id), '[]') FROM (
    SELECT budget_grants.id, budget_id AS budget, amount_nano_usd::text AS "nanoUsd", note,
      floor(extract(epoch FROM granted_at) * 1000) AS "grantedAt"
    FROM billing.budget_grants JOIN billing.budget_periods period ON period.id = period_id, month
    WHERE organization = $1 AND granted_at >= first::timestamp AT TIME ZONE 'UTC'
      AND granted_at < after::timestamp AT TIME ZONE 'UTC') credit) AS credits,
  (SELECT coalesce(json_agg(moved ORDER BY moved.month), '[]') FROM (
    SELECT to_char(day, 'YYYY-MM') AS month,
      coalesce(sum(amount_nano_usd) FILTER (WHERE name LIKE 'customer:%'), 0)::text AS charged,
      coalesce(-sum(amount_nano_usd) FILTER (WHERE name LIKE 'credits:%'), 0)::text AS credited
    FROM month, billing.account_days JOIN billing.ledger_accounts account ON account.id = account_id
    WHERE organization = $1 AND day < after GROUP BY 1) moved) AS months,
  (SELECT now() > (after::timestamp AT TIME ZONE 'UTC') + interval '${CLOSES_AFTER}' FROM month) AS "isClosed",
  (SELECT now() < first::timestamp AT TIME ZONE 'UTC' FROM month) AS "isAhead"`;

/** Reads what invoices are made of: sums that are kept in the transactions of the ledger. */
@Injectable()
export class InvoicesRepository {
  constructor(private readonly database: Database) {}

  async parts(organization: string, period: string): Promise<InvoiceParts> {
    const [parts] = await this.database.query<InvoiceParts>(READ_PARTS, [organization, `${period}-01`]);
    if (!parts) throw new Error('Postgres gave no row for an invoice.');
    return parts;
  }
}
