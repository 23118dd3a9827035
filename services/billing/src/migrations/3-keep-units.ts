import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is not paid by tokens: images, audio, characters, searches. */
export class KeepUnits1764200000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE billing.charge_lines ADD COLUMN units jsonb');
    await runner.query('ALTER TABLE billing.charges ADD COLUMN further_usage jsonb');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE billing.charges DROP COLUMN further_usage');
    await runner.query('ALTER TABLE billing.charge_lines DROP COLUMN units');
  }
}
