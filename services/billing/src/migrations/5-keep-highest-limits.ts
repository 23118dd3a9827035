import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The highest limit that a period had: a limit that was lowered below what is spent is no violation. */
export class KeepHighestLimits1764400000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE billing.budget_periods ADD COLUMN highest_limit_nano_usd bigint NOT NULL DEFAULT 0;
      UPDATE billing.budget_periods SET highest_limit_nano_usd = greatest(limit_nano_usd, posted_nano_usd + held_nano_usd)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE billing.budget_periods DROP COLUMN highest_limit_nano_usd');
  }
}
