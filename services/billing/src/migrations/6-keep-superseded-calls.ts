import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What calls used whose request had been charged by another terminal event. */
export class KeepSupersededCalls1764500000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE billing.superseded_lines (
        request_id text NOT NULL,
        ended_at timestamptz NOT NULL,
        attempt integer NOT NULL,
        organization text NOT NULL,
        project text NOT NULL,
        provider text NOT NULL,
        model text NOT NULL,
        price_version text NOT NULL,
        usage jsonb NOT NULL,
        usage_basis text NOT NULL,
        cost_nano_usd bigint NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT superseded_lines_pkey PRIMARY KEY (request_id, ended_at, attempt),
        CONSTRAINT superseded_lines_are_not_negative CHECK (cost_nano_usd >= 0)
      );
      CREATE TRIGGER superseded_lines_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON billing.superseded_lines
        FOR EACH STATEMENT EXECUTE FUNCTION billing.refuse_change()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE billing.superseded_lines');
  }
}
