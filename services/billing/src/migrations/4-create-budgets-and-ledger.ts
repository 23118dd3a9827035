import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Rows of these tables are never changed or taken away, by nobody: a correction is a row of its own. */
const IMMUTABLE_TABLES = ['ledger_transactions', 'ledger_entries', 'settlements', 'budget_grants'];

/** Budgets by period, what is set aside of them, and the double-entry ledger. */
export class CreateBudgetsAndLedger1764300000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE billing.budget_periods (
        id text NOT NULL CONSTRAINT budget_periods_pkey PRIMARY KEY,
        budget_id text NOT NULL,
        subject text NOT NULL,
        organization text NOT NULL,
        starts_at timestamptz NOT NULL,
        ends_at timestamptz,
        limit_nano_usd bigint NOT NULL,
        granted_nano_usd bigint NOT NULL DEFAULT 0,
        posted_nano_usd bigint NOT NULL DEFAULT 0,
        held_nano_usd bigint NOT NULL DEFAULT 0,
        overrun_nano_usd bigint NOT NULL DEFAULT 0,
        alerted_millionths integer NOT NULL DEFAULT 0,
        exceeded_at timestamptz,
        CONSTRAINT budget_periods_once UNIQUE (budget_id, subject, starts_at),
        CONSTRAINT budget_amounts_are_not_negative CHECK (
          limit_nano_usd >= 0 AND granted_nano_usd >= 0 AND posted_nano_usd >= 0 AND held_nano_usd >= 0
          AND overrun_nano_usd >= 0)
      )`);
    await runner.query(`
      CREATE TABLE billing.reservations (
        id text NOT NULL CONSTRAINT reservations_pkey PRIMARY KEY,
        period_id text NOT NULL,
        kind text NOT NULL,
        holder text NOT NULL,
        request_id text,
        placed_nano_usd bigint NOT NULL,
        remaining_nano_usd bigint NOT NULL,
        state text NOT NULL DEFAULT 'held',
        placed_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        ended_at timestamptz,
        CONSTRAINT reservations_are_within_bounds CHECK (
          remaining_nano_usd >= 0 AND remaining_nano_usd <= placed_nano_usd)
      );
      CREATE INDEX reservations_held_expires_at ON billing.reservations (expires_at) WHERE state = 'held';
      CREATE INDEX reservations_request_id ON billing.reservations (request_id) WHERE request_id IS NOT NULL`);
    await runner.query(`
      CREATE TABLE billing.settlements (
        request_id text NOT NULL,
        reservation_id text NOT NULL,
        period_id text NOT NULL,
        held_nano_usd bigint NOT NULL,
        posted_nano_usd bigint NOT NULL,
        overrun_nano_usd bigint NOT NULL,
        is_late boolean NOT NULL,
        settled_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT settlements_pkey PRIMARY KEY (request_id, reservation_id)
      )`);
    await runner.query(`
      CREATE TABLE billing.budget_grants (
        id text NOT NULL CONSTRAINT budget_grants_pkey PRIMARY KEY,
        period_id text NOT NULL,
        amount_nano_usd bigint NOT NULL,
        note text,
        granted_by text NOT NULL,
        granted_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT grants_are_positive CHECK (amount_nano_usd > 0)
      )`);
    await runner.query(`
      CREATE SEQUENCE billing.ledger_account_ids AS integer;
      CREATE SEQUENCE billing.ledger_transaction_ids;
      CREATE TABLE billing.ledger_accounts (
        id integer NOT NULL CONSTRAINT ledger_accounts_pkey PRIMARY KEY,
        name text NOT NULL CONSTRAINT ledger_accounts_name UNIQUE,
        currency text NOT NULL DEFAULT 'USD'
      );
      CREATE TABLE billing.ledger_transactions (
        id bigint NOT NULL CONSTRAINT ledger_transactions_pkey PRIMARY KEY,
        kind text NOT NULL,
        reference text NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE TABLE billing.ledger_entries (
        transaction_id bigint NOT NULL,
        account_id integer NOT NULL,
        amount_nano_usd bigint NOT NULL,
        CONSTRAINT ledger_entries_pkey PRIMARY KEY (transaction_id, account_id),
        CONSTRAINT entries_move_something CHECK (amount_nano_usd <> 0)
      )`);
    await runner.query(`
      ALTER TABLE billing.charges
        ADD COLUMN waste_nano_usd bigint NOT NULL DEFAULT 0,
        ADD COLUMN overrun_nano_usd bigint NOT NULL DEFAULT 0,
        ADD COLUMN markup_millionths integer NOT NULL DEFAULT 0;
      ALTER TABLE billing.charge_lines ADD COLUMN payer text NOT NULL DEFAULT 'caller'`);
    // Days and what is longer begin at midnight of the zone, hours wherever the zone's clock shows a full one, whatever summer
    // time does to either.
    await runner.query(`
      CREATE FUNCTION billing.period_of(period text, zone text, at timestamptz, OUT starts_at timestamptz, OUT ends_at timestamptz)
      LANGUAGE sql STABLE AS $$
        SELECT CASE period WHEN 'total' THEN timestamptz 'epoch' ELSE date_trunc(period, at, zone) END,
          CASE period
            WHEN 'total' THEN NULL
            WHEN 'hour' THEN date_trunc('hour', at, zone) + interval '1 hour'
            ELSE date_trunc(period, (date_trunc(period, at AT TIME ZONE zone)
              + CASE period WHEN 'quarter' THEN interval '3 months' ELSE ('1 ' || period)::interval END)) AT TIME ZONE zone
          END
      $$`);
    await runner.query(`
      CREATE FUNCTION billing.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'billing.% is append-only: % is refused; record a correction instead', TG_TABLE_NAME, TG_OP
          USING ERRCODE = 'restrict_violation';
      END $$`);
    for (const table of IMMUTABLE_TABLES) {
      await runner.query(`
        CREATE TRIGGER ${table}_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON billing.${table}
          FOR EACH STATEMENT EXECUTE FUNCTION billing.refuse_change();
        REVOKE UPDATE, DELETE, TRUNCATE ON billing.${table} FROM PUBLIC, CURRENT_USER`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE billing.charge_lines DROP COLUMN payer;
      ALTER TABLE billing.charges
        DROP COLUMN waste_nano_usd, DROP COLUMN overrun_nano_usd, DROP COLUMN markup_millionths;
      DROP TABLE billing.ledger_entries, billing.ledger_transactions, billing.ledger_accounts, billing.budget_grants,
        billing.settlements, billing.reservations, billing.budget_periods;
      DROP FUNCTION billing.refuse_change, billing.period_of;
      DROP SEQUENCE billing.ledger_account_ids, billing.ledger_transaction_ids`);
  }
}
